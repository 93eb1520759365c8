package com.aiprod.pipeline.embedded.pubsub;

import static java.util.Map.entry;

import java.lang.reflect.Method;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;

/**
 * Where Google's emulator (0.8.20) differs from Google's Pub/Sub documentation and the embedded server does not: these
 * tests are skipped on the emulator, with the reason.
 */
final class KnownDifferences implements InvocationInterceptor {
    static final String GOOGLE_EMULATOR = "Google's emulator";

    /** The class and method of the test, and what the emulator does instead. */
    static final Map<String, String> REASONS = Map.ofEntries(
            entry("DeliveryConformanceTest.attributesHaveGooglesLimits", "It does not limit attributes."),
            entry("DeliveryConformanceTest.rejectsADeadlineAboveTenMinutes", "It accepts any deadline."),
            entry("DeliveryConformanceTest.rejectsAMessageAboveTenMegabytes", "It accepts 10.0 MB and hangs above."),
            entry("OrderingConformanceTest.nackRedeliversLaterMessagesOfTheKeyToo", "The nacked one comes alone."),
            entry("OrderingConformanceTest.nackDoesNotRedeliverEarlierMessagesOfTheKey", "The nacked one comes alone."),
            entry(
                    "OrderingConformanceTest.deadLettersAPoisonMessageAndContinuesWithTheKey",
                    "The key is stuck permanently."),
            entry(
                    "RedeliveryConformanceTest.delaysANackedMessageByAGrowingBackOff",
                    "It may redeliver before the back-off ends."),
            entry("ResourcesConformanceTest.rejectsAnAckDeadlineBelowTenSeconds", "It accepts deadlines from 0 s."),
            entry("ResourcesConformanceTest.detachedSubscriptionServesNoOne", "It cannot detach."),
            entry("ResourcesConformanceTest.updatesTheLabelsOfATopic", "It cannot update labels."),
            entry("ResourcesConformanceTest.doesNotListSubscriptionsOfAMissingTopic", "It answers with an empty list."),
            entry(
                    "StreamingPullConformanceTest.stalledClientDoesNotHoldTheBacklog",
                    "It delivers in turn, so the client keeps half."),
            entry("StreamingPullConformanceTest.answersAnEmptyRequestAsKeepAlive", "It does not answer."),
            entry("StreamingPullConformanceTest.limitsOutstandingBytes", "It ignores the limit."),
            entry("StreamingPullConformanceTest.limitsOutstandingMessages", "It ignores the limit."));

    @Override
    public void interceptTestTemplateMethod(
            Invocation<Void> invocation, ReflectiveInvocationContext<Method> call, ExtensionContext context)
            throws Throwable {
        PubSubUnderTest server = (PubSubUnderTest) call.getArguments().get(0);
        Assumptions.assumeFalse(server.isMissing(), GoogleEmulator.NOT_FOUND);
        String reason = REASONS.get(nameOf(call.getExecutable()));
        Assumptions.assumeFalse(server.name().equals(GOOGLE_EMULATOR) && reason != null, reason);
        invocation.proceed();
    }

    static String nameOf(Method test) {
        return test.getDeclaringClass().getSimpleName() + "." + test.getName();
    }
}
