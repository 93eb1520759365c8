package com.aiprod.pipeline.startup;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TimeZone;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationStartedEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/** Logs the effective settings in one line at startup, without secrets. */
@Component
class EffectiveSettings implements ApplicationListener<ApplicationStartedEvent> {

    private static final Logger LOG = LoggerFactory.getLogger(EffectiveSettings.class);

    @Override
    public void onApplicationEvent(ApplicationStartedEvent event) {
        if (LOG.isInfoEnabled()) {
            LOG.info(
                    "Effective settings: {}", text(event.getApplicationContext().getEnvironment()));
        }
    }

    /** As {@code name=value} pairs; {@code none} for an unset value. */
    static String text(Environment environment) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("roles", environment.getProperty("aiprod.roles"));
        settings.put("pipeline", environment.getProperty("aiprod.pipeline.route"));
        settings.put("timeout", environment.getProperty("aiprod.pipeline.timeout"));
        int concurrency = environment.getProperty("aiprod.worker.concurrency", int.class, 0);
        settings.put(
                "concurrency",
                String.valueOf(
                        concurrency > 0 ? concurrency : Runtime.getRuntime().availableProcessors()));
        settings.put("lease", environment.getProperty("aiprod.worker.lease-sec") + "s");
        settings.put("shutdown-grace", environment.getProperty("aiprod.worker.shutdown-grace"));
        settings.put("retention", environment.getProperty("aiprod.retention.jobs"));
        settings.put("max-active-jobs", environment.getProperty("aiprod.max-active-jobs"));
        settings.put("submit-rate", environment.getProperty("aiprod.submit-rate"));
        settings.put("artifacts-dir", environment.getProperty("aiprod.artifacts-dir"));
        settings.put("routes-dir", environment.getProperty("aiprod.routes-dir"));
        settings.put("project", environment.getProperty("google.cloud.project"));
        settings.put("emulator", environment.getProperty("aiprod.pubsub.emulator-host"));
        settings.put("time-zone", TimeZone.getDefault().getID());
        return settings.entrySet().stream()
                .map(setting -> setting.getKey() + "=" + orNone(setting.getValue()))
                .collect(Collectors.joining(" "));
    }

    private static String orNone(String value) {
        return value == null || value.isBlank() ? "none" : value;
    }
}
