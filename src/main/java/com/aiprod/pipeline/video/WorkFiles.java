package com.aiprod.pipeline.video;

import com.aiprod.pipeline.artifact.ArtifactStore;
import java.io.IOException;
import org.apache.camel.Header;
import org.springframework.stereotype.Component;

/** Clears up behind a run, however it ended. */
@Component
public class WorkFiles {

    private final ArtifactStore store;

    /** Clears up in this store. */
    public WorkFiles(ArtifactStore store) {
        this.store = store;
    }

    /** Deletes what the attempt worked on and did not deliver. */
    public void discard(@Header("jobId") String jobId, @Header("attempt") int attempt) throws IOException {
        store.discardWork(jobId, attempt);
    }
}
