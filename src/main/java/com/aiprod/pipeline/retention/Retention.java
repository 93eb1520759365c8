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

/** The retention periods of ended jobs, and the deletion of their files. purge-jobs deletes the rows. */
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

    /** Seconds to keep a job after its end; 0 means forever. */
    public long keepSec() {
        return jobs.toSeconds();
    }

    /** Seconds between two searches for orphaned files, across all processes. */
    public double orphansIntervalSec() {
        return orphansInterval.toMillis() / 1000.0;
    }

    /** Deletes the files of a job whose row is gone. If this fails, {@link #oldFolders()} finds the files later. */
    public void deleteFiles(String jobId) throws IOException {
        artifacts.delete(jobId);
    }

    /** The IDs of jobs that have files and were submitted longer ago than the retention period, in batches. */
    public ExpiredFolders oldFolders() throws IOException {
        return artifacts.jobsOlderThan(jobs);
    }

    /** Formats the IDs as a PostgreSQL array literal. */
    public String asArray(@Body List<String> ids) {
        return ids.stream().collect(Collectors.joining(",", "{", "}"));
    }

    /** Deletes the unfinished work of crashed workers. */
    public void discardAbandonedWork() throws IOException {
        int discarded = artifacts.discardWorkOlderThan(workFiles);
        if (discarded > 0) {
            LOG.info("Deleted {} work folders that were unchanged for {} s", discarded, workFiles.toSeconds());
        }
    }
}
