package com.aiprod.pipeline.pipelines;

import com.aiprod.pipeline.StartRefusedException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.VetoCamelContextStartException;
import org.apache.camel.model.Model;
import org.apache.camel.support.LifecycleStrategySupport;

/** Refuses the start of a worker if {@code AIPROD_PIPELINE_ROUTE} names a pipeline that does not exist. */
final class OverrideCheck extends LifecycleStrategySupport {

    private final String override;
    private final String folder;

    /**
     * Checks one name.
     *
     * @param override the name; blank for none
     * @param folder the folder of {@code AIPROD_ROUTES_DIR}; blank for none
     */
    OverrideCheck(String override, String folder) {
        this.override = override;
        this.folder = folder;
    }

    /** At this point the routes are loaded but not started. */
    @Override
    public void onContextStarting(CamelContext camel) throws VetoCamelContextStartException {
        if (!override.isBlank() && !isRoute(camel) && !isPipeline()) {
            StartRefusedException refusal = new StartRefusedException(
                    "AIPROD_PIPELINE_ROUTE is '%s', but there is no such pipeline".formatted(override),
                    "Correct the environment variable named above and start again.");
            throw new VetoCamelContextStartException(refusal.getMessage(), refusal, camel, true);
        }
    }

    private boolean isRoute(CamelContext camel) {
        return camel.getCamelContextExtension().getContextPlugin(Model.class).getRouteDefinition(override) != null;
    }

    private boolean isPipeline() {
        try {
            return PipelineFiles.read(true, folder.isBlank() ? List.of() : List.of(Path.of(folder)))
                    .containsKey(override);
        } catch (IOException e) {
            return true;
        }
    }
}
