package com.aiprod.pipeline.embedded.pubsub;

/** Runs {@link EmbeddedPubSub} standalone, as an emulator for any Pub/Sub client. */
public final class EmbeddedPubSubMain {
    private static final String USAGE = "Usage: EmbeddedPubSubMain [--host=127.0.0.1] [--port=8085]";

    private EmbeddedPubSubMain() {}

    /**
     * Serves until the process is terminated.
     *
     * @param args {@code --host=} and {@code --port=}; the default is 127.0.0.1:8085, as in Google's emulator
     */
    public static void main(String[] args) throws InterruptedException {
        String host = "127.0.0.1";
        int port = 8085;
        for (String arg : args) {
            if (arg.startsWith("--host=")) {
                host = arg.substring("--host=".length());
            } else if (arg.matches("--port=\\d{1,5}")) {
                port = Integer.parseInt(arg.substring("--port=".length()));
            } else {
                System.err.println("Unknown argument " + arg + "\n" + USAGE);
                System.exit(2);
            }
        }
        EmbeddedPubSub pubSub = EmbeddedPubSub.start(host, port);
        Runtime.getRuntime().addShutdownHook(new Thread(pubSub::close, "embedded-pubsub-close"));
        System.out.println("Pub/Sub is ready. For clients: export PUBSUB_EMULATOR_HOST=" + host + ":" + pubSub.port());
        pubSub.awaitClose();
    }
}
