package com.aiprod.pipeline.retention;

import java.time.Duration;

/** How long rows are kept that go with no job, for purge-leftovers. */
public final class RowRetention {

    private final Duration letters;
    private final Duration webhookSecrets;

    RowRetention(Duration letters, Duration webhookSecrets) {
        this.letters = letters;
        this.webhookSecrets = webhookSecrets;
    }

    /** Seconds that a dead letter without a job is kept; 0 for ever. */
    public long letterSec() {
        return letters.toSeconds();
    }

    /** Seconds that a webhook secret is kept after its last use; 0 for ever. */
    public long secretSec() {
        return webhookSecrets.toSeconds();
    }
}
