package com.aiprod.pipeline.retention;

import java.time.Duration;

/** The retention periods of rows that do not belong to a job, for purge-rows. */
public final class RowRetention {

    private final Duration letters;
    private final Duration webhookSecrets;

    RowRetention(Duration letters, Duration webhookSecrets) {
        this.letters = letters;
        this.webhookSecrets = webhookSecrets;
    }

    /** Seconds to keep a dead letter without a job; 0 means forever. */
    public long letterSec() {
        return letters.toSeconds();
    }

    /** Seconds to keep a webhook secret after its last use; 0 means forever. */
    public long secretSec() {
        return webhookSecrets.toSeconds();
    }
}
