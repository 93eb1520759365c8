package com.aiprod.pipeline.video;

import com.aiprod.pipeline.artifact.ArtifactStore;
import com.aiprod.pipeline.stage.StageBean;
import java.io.IOException;
import org.apache.camel.Header;

/** Cleans up after a run, however it ended. */
@StageBean
public class WorkFiles {

    private final ArtifactStore store;

    /** Creates the bean for this store. */
    public WorkFiles(ArtifactStore store) {
        this.store = store;
    }

    /** Deletes the attempt's files that were not delivered. */
    public void discard(@Header("jobId") String jobId, @Header("attempt") int attempt) throws IOException {
        store.discardWork(jobId, attempt);
    }
}
