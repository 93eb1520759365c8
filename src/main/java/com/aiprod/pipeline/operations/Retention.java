package com.aiprod.pipeline.operations;

import com.aiprod.pipeline.pipeline.ArtifactStore;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How long what has ended is kept, and the files' part of letting it go; the rows' part is in purge-jobs. */
public final class Retention {

    private static final Logger LOG = LoggerFactory.getLogger(Retention.class);

    private final ArtifactStore artifacts;
    private final Duration jobs;
    private final Duration workFiles;

    Retention(ArtifactStore artifacts, Duration jobs, Duration workFiles) {
        this.artifacts = artifacts;
        this.jobs = jobs;
        this.workFiles = workFiles;
    }

    /** Seconds that a job is kept after its end; 0 for ever. */
    public long keepSec() {
        return jobs.toSeconds();
    }

    /** Deletes the files of a job whose row is gone. What fails here is found by {@link #oldFolders()} later. */
    public void deleteFiles(String jobId) throws IOException {
        artifacts.delete(jobId);
    }

    /** The ids of jobs whose files are older than jobs are kept, as the text of a PostgreSQL array. */
    public String oldFolders() throws IOException {
        List<String> folders = artifacts.jobsOlderThan(jobs);
        return folders.stream().collect(Collectors.joining(",", "{", "}"));
    }

    /** Deletes what crashed workers left half done. */
    public void discardAbandonedWork() throws IOException {
        int discarded = artifacts.discardWorkOlderThan(workFiles);
        if (discarded > 0) {
            LOG.info("Deleted {} work folders that no worker touched for {} s", discarded, workFiles.toSeconds());
        }
    }
}
