package com.aiprod.pipeline.api.artifacts;

import com.aiprod.pipeline.api.http.Caller;
import com.aiprod.pipeline.api.http.RouteAnswerFilter;
import com.aiprod.pipeline.api.problem.NotFoundException;
import com.aiprod.pipeline.artifact.ArtifactStore;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.file.Path;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.springframework.stereotype.Component;

/** Returns a job's files to its owner, or to an operator. The route decides whether, and {@link ArtifactSender} sends the file. */
@Component("artifacts")
public class Artifacts {

    private static final JsonMapper MAPPER = new JsonMapper();

    private final ArtifactStore store;

    Artifacts(ArtifactStore store) {
        this.store = store;
    }

    /**
     * Sets the exchange variable {@code artifactName} from the path parameter {@code name}.
     */
    public void parse(Exchange exchange) {
        exchange.setVariable("artifactName", exchange.getMessage().getHeader("name", String.class));
    }

    /**
     * Schedules the file to be sent after the route has ended. Expects as the body a row of {@code find-artifact.sql}
     * for a job that the caller may see: {@code attempt} and {@code artifact} (its JSON in the job's result, with its
     * {@code type}, or null).
     *
     * @throws NotFoundException if the job has no such artifact, or its file is gone
     */
    public void send(Exchange exchange) {
        Message message = exchange.getMessage();
        Map<?, ?> row = message.getBody(Map.class);
        int attempt = ((Number) row.get("attempt")).intValue();
        String jobId = exchange.getVariable("jobId", String.class);
        String name = exchange.getVariable("artifactName", String.class);
        Path file = row.get("artifact") == null
                ? null
                : store.find(jobId, attempt, name).orElse(null);
        if (file == null) {
            throw new NotFoundException("The job has no such artifact.");
        }
        HttpServletRequest request = message.getHeader(Caller.SERVLET_REQUEST, HttpServletRequest.class);
        RouteAnswerFilter.leave(request, new ArtifactSender.Artifact(file, type(row.get("artifact")), attempt));
        message.removeHeaders("*");
        message.setBody(null);
    }

    private static String type(Object artifact) {
        try {
            return MAPPER.readTree(artifact.toString()).path("type").asText("application/octet-stream");
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The database returned invalid JSON", e);
        }
    }
}
