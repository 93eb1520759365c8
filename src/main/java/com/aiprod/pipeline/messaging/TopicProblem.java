package com.aiprod.pipeline.messaging;

/**
 * A problem with a topic or subscription.
 *
 * @param name name of the topic or subscription, without its project
 * @param what the problem, phrased to follow the name in a sentence
 * @param effect how it affects the message flow
 * @param command the shell commands that fix it, one or more lines
 */
record TopicProblem(String name, String what, Effect effect, String command) {

    /** Ordered from least to most severe. */
    enum Effect {
        /** It could not be checked. Anything that does not work shows elsewhere. */
        UNKNOWN,
        /** Messages arrive, but not as the contract requires. */
        DEVIATES,
        /** Some or all messages do not arrive. */
        UNUSABLE
    }

    boolean isUnusable() {
        return effect == Effect.UNUSABLE;
    }
}
