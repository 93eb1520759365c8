package com.aiprod.pipeline.api.watch;

import java.util.List;
import java.util.Map;

/**
 * How a job stands, as the events of its stream tell it.
 *
 * @param jobId the job
 * @param owner the user whose job it is; null where there is no such job (any more)
 * @param version equal only where nothing has happened in between
 * @param ended whether nothing more is expected to happen
 * @param states the entries of its history, oldest first, each a line of JSON
 * @param progress how far its present attempt is, a line of JSON; null where nothing was reported
 * @param progressMs milliseconds from the last entry to that report
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
     * Event ids are numbers, since clients compare them: the place of a state in the history times this, and for
     * progress the id of the state in which it was made plus the milliseconds since. All of it is in the database, so
     * every process numbers alike.
     */
    static final long STATE_STEP = 1_000_000_000;

    /** @param row of watch-jobs.sql */
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

    /** The id of the event that tells the latest of this. */
    long lastId() {
        long state = states.size() * STATE_STEP;
        return progress == null ? state : state + Math.max(1, Math.min(progressMs, STATE_STEP - 1));
    }

    /**
     * What happened after the event of that id, as a part of a {@code text/event-stream}: each state, and of progress
     * the latest alone. Empty if nothing has.
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
