package com.aiprod.pipeline.worker;

import com.aiprod.pipeline.stage.JobMemory;
import com.aiprod.pipeline.stage.TransientStageException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.Body;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;

/** What the stages of jobs remember: stores it in PostgreSQL, and gives it to each attempt. */
public final class JobVariables implements JobMemory {

    private static final TypeReference<ConcurrentHashMap<String, Object>> VALUES = new TypeReference<>() {};

    private final ProducerTemplate producer;
    private final ObjectMapper json;

    /** @param camel has the route store-job-variable */
    JobVariables(CamelContext camel, ObjectMapper json) {
        this.producer = camel.createProducerTemplate();
        this.json = json;
    }

    /**
     * Reads what a job remembers.
     *
     * @param claim the row of claim-job.sql
     * @return a map that several threads can change
     */
    public Map<String, Object> read(@Body Map<String, Object> claim) throws JsonProcessingException {
        String variables = (String) claim.get("variables");
        return variables == null ? new ConcurrentHashMap<>() : json.readValue(variables, VALUES);
    }

    /**
     * {@inheritDoc}
     *
     * @throws AttemptStoppedException if the attempt no longer has the job
     * @throws TransientStageException if PostgreSQL cannot be reached
     */
    @Override
    public void store(String jobId, int attempt, String name, String value) {
        Exchange stored = producer.request("direct:store-job-variable", exchange -> {
            exchange.setVariable("jobId", jobId);
            exchange.setVariable("attempt", attempt);
            exchange.setVariable("variableName", name);
            exchange.setVariable("variableValue", value);
        });
        if (stored.getException() != null) {
            throw new TransientStageException(
                    "JOB_VARIABLE_NOT_STORED", "What a stage remembers could not be stored.", stored.getException());
        }
        if (!Boolean.TRUE.equals(stored.getMessage().getBody(Boolean.class))) {
            throw new AttemptStoppedException(jobId, attempt, null);
        }
    }
}
