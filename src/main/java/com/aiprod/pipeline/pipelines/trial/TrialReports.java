package com.aiprod.pipeline.pipelines.trial;

import com.aiprod.pipeline.stage.Progress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Keeps what the stages report of the jobs that a command runs. */
public final class TrialReports implements Progress {

    /** The highest percentage of each stage, in the order of their first reports, by job. */
    private final Map<String, Map<String, Integer>> stages = new LinkedHashMap<>();

    @Override
    public synchronized void report(String jobId, int attempt, String stage, int percent) {
        stages.computeIfAbsent(jobId, key -> new LinkedHashMap<>()).merge(stage, percent, Math::max);
    }

    /** What was reported of a job, as {@code STAGE PERCENT}; forgets it. */
    synchronized List<String> take(String jobId) {
        List<String> reports = new ArrayList<>();
        Map<String, Integer> reported = stages.remove(jobId);
        if (reported != null) {
            reported.forEach((stage, percent) -> reports.add(stage + " " + percent));
        }
        return reports;
    }
}
