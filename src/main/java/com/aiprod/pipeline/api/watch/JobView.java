package com.aiprod.pipeline.api.watch;

import java.util.List;
import java.util.Map;

/**
 * The state of a job as its event stream shows it.
 *
 * @param jobId the job's ID
 * @param owner the user who owns the job; null if the job does not exist or was deleted
 * @param version equal for two views only if nothing happened between them
 * @param ended whether no more events are expected
 * @param states the entries of the job's history, oldest first, each a line of JSON
 * @param progress the progress of the current attempt, a line of JSON; null if none was reported
 * @param progressMs milliseconds from the last entry of the history to that report
 */
record JobView(
        String jobId,
        String owner,
        String version,
        boolean ended,
        List<String> states,
        String progress,
        long progressMs) {

    /**
     * Event IDs are numbers so that clients can compare them. The ID of a state is its position in the history times
     * this constant. The ID of progress is the ID of its state plus the milliseconds since then. All of this is in the
     * database, so every process assigns the same IDs.
     */
    static final long STATE_STEP = 1_000_000_000;

    /** @param row a row of watch-jobs.sql */
    static JobView of(Map<?, ?> row) {
        String states = (String) row.get("states");
        Number progressMs = (Number) row.get("progress_ms");
        return new JobView(
                (String) row.get("job_id"),
                (String) row.get("user_id"),
                (String) row.get("version"),
                Boolean.TRUE.equals(row.get("ended")),
                states == null ? List.of() : states.lines().toList(),
                (String) row.get("progress"),
                progressMs == null ? 0 : progressMs.longValue());
    }

    boolean gone() {
        return owner == null;
    }

    /** The ID of the latest event. */
    long lastId() {
        long state = states.size() * STATE_STEP;
        return progress == null ? state : state + Math.max(1, Math.min(progressMs, STATE_STEP - 1));
    }

    /**
     * The events after the event with the given ID, as part of a {@code text/event-stream}: all states, and only the
     * latest progress. Empty if there are none.
     */
    String eventsAfter(long id) {
        StringBuilder events = new StringBuilder();
        for (int place = 1; place <= states.size(); place++) {
            if (place * STATE_STEP > id) {
                append(events, "state", place * STATE_STEP, states.get(place - 1));
            }
        }
        if (progress != null && lastId() > id) {
            append(events, "progress", lastId(), progress);
        }
        return events.toString();
    }

    private static void append(StringBuilder events, String type, long id, String data) {
        events.append("event: ").append(type);
        events.append("\nid: ").append(id);
        events.append("\ndata: ").append(data).append("\n\n");
    }
}
