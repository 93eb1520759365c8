package com.aiprod.pipeline.retention;

import com.aiprod.pipeline.artifact.ArtifactStore;
import com.aiprod.pipeline.artifact.ExpiredFolders;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.camel.Body;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How long what has ended is kept, and the files' part of letting it go; the rows' part is in purge-jobs. */
public final class Retention {

    private static final Logger LOG = LoggerFactory.getLogger(Retention.class);

    private final ArtifactStore artifacts;
    private final Duration jobs;
    private final Duration workFiles;
    private final Duration orphansInterval;

    Retention(ArtifactStore artifacts, Duration jobs, Duration workFiles, Duration orphansInterval) {
        this.artifacts = artifacts;
        this.jobs = jobs;
        this.workFiles = workFiles;
        this.orphansInterval = orphansInterval;
    }

    /** Seconds that a job is kept after its end; 0 for ever. */
    public long keepSec() {
        return jobs.toSeconds();
    }

    /** Seconds from one search for files without a job to the next, over all processes. */
    public double orphansIntervalSec() {
        return orphansInterval.toMillis() / 1000.0;
    }

    /** Deletes the files of a job whose row is gone. What fails here is found by {@link #oldFolders()} later. */
    public void deleteFiles(String jobId) throws IOException {
        artifacts.delete(jobId);
    }

    /** The ids of jobs that have files and were submitted longer ago than jobs are kept, some at a time. */
    public ExpiredFolders oldFolders() throws IOException {
        return artifacts.jobsOlderThan(jobs);
    }

    /** The text of a PostgreSQL array of these ids. */
    public String asArray(@Body List<String> ids) {
        return ids.stream().collect(Collectors.joining(",", "{", "}"));
    }

    /** Deletes what crashed workers left half done. */
    public void discardAbandonedWork() throws IOException {
        int discarded = artifacts.discardWorkOlderThan(workFiles);
        if (discarded > 0) {
            LOG.info("Deleted {} work folders that no worker touched for {} s", discarded, workFiles.toSeconds());
        }
    }
}
