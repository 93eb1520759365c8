package com.aiprod.pipeline.bench.chaos;

/** A fault to inflict on the system. */
enum Fault {
    KILL_WORKER("kill -9 a worker"),
    KILL_API("kill -9 an API process"),
    KILL_DISPATCHER("kill -9 the dispatcher and recorder"),
    STOP_WORKER("SIGTERM to a worker"),
    CRASH_DATABASE("kill -9 PostgreSQL, start it again"),
    READ_ONLY_DATABASE("PostgreSQL is read-only"),
    LOSE_MESSAGES("Pub/Sub restarts empty"),
    DELETE_SUBSCRIPTION("a subscription is deleted"),
    REMAKE_TOPIC("a topic is deleted and recreated"),
    BREAK_CONNECTIONS("all connections are reset"),
    STALL_CONNECTIONS("all connections stall"),
    SLOW_CONNECTIONS("all connections are slow"),
    REPEAT_MESSAGES("old jobs and results are published again");

    private final String description;

    Fault(String description) {
        this.description = description;
    }

    String description() {
        return description;
    }
}
