package com.aiprod.pipeline.messaging;

/**
 * What is wrong with a topic or subscription.
 *
 * @param name of the topic or subscription, without its project
 * @param what is wrong, as the end of a sentence that begins with the name
 * @param effect what it does to the flow
 * @param command what mends it, one or more lines for a shell
 */
record TopicProblem(String name, String what, Effect effect, String command) {

    /** From the least to the worst. */
    enum Effect {
        /** It could not be looked at. What does not work shows elsewhere. */
        UNKNOWN,
        /** Messages come, but not as the contract says. */
        DEVIATES,
        /** Messages do not come, or not all of them. */
        UNUSABLE
    }

    boolean isUnusable() {
        return effect == Effect.UNUSABLE;
    }
}
