package com.aiprod.pipeline.stage;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.regex.Pattern;
import org.apache.camel.Category;
import org.apache.camel.Component;
import org.apache.camel.Exchange;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.UriEndpoint;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriPath;

/** Reports the progress of a stage. Leaves the message unchanged. */
@UriEndpoint(
        scheme = "progress",
        firstVersion = "0.1.0",
        title = "Progress",
        syntax = "progress:stage",
        producerOnly = true,
        category = Category.WORKFLOW)
final class ProgressEndpoint extends StageEndpoint {

    private static final String CODE = "PROGRESS_INVALID";

    private static final Pattern STAGE = Pattern.compile("[a-z0-9][a-z0-9_ -]{0,63}");

    private final Progress progress;

    @UriPath(description = "Name of the stage, as clients see it: at most 64 of a-z, 0-9, -, _, and space.")
    @Metadata(required = true)
    private final String stage;

    @UriParam(description = "How far the stage is, from 0 to 100. For an expression, use toD.", defaultValue = "0")
    private String percent = "0";

    private int whole;

    ProgressEndpoint(String uri, Component component, Progress progress, String stage) {
        super(uri, component, CODE);
        this.progress = progress;
        this.stage = stage;
        if (!STAGE.matcher(stage).matches()) {
            throw invalid("'%s' is not the name of a stage: at most 64 of a-z, 0-9, -, _, and space."
                    .formatted(shown(stage)));
        }
    }

    public String getPercent() {
        return percent;
    }

    /** @throws PermanentStageException if this is not a number from 0 to 100; decimals are dropped */
    public void setPercent(String percent) {
        this.percent = percent;
        try {
            BigDecimal number = new BigDecimal(percent.strip());
            if (number.precision() - number.scale() <= 3
                    && number.signum() >= 0
                    && number.compareTo(BigDecimal.valueOf(100)) <= 0) {
                whole = number.setScale(0, RoundingMode.DOWN).intValueExact();
                return;
            }
        } catch (NumberFormatException e) {
            if (percent.contains("${")) {
                throw invalid("The percent '%s' is an expression, which only toD evaluates.".formatted(shown(percent)));
            }
        }
        throw invalid("The percent '%s' is not a number from 0 to 100.".formatted(shown(percent)));
    }

    @Override
    protected void receive(Exchange exchange) {
        progress.report(jobId(exchange), attempt(exchange), stage, whole);
    }
}
