package com.aiprod.pipeline.embedded.pubsub;

import static java.util.Map.entry;

import java.lang.reflect.Method;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;

/**
 * Where Google's emulator (0.8.20) does not do what Google documents of Pub/Sub, and the embedded server does: those
 * tests are skipped on the emulator, with the reason.
 */
final class KnownDifferences implements InvocationInterceptor {
    static final String GOOGLE_EMULATOR = "Google's emulator";

    /** Class and method of the test, and what the emulator does instead. */
    static final Map<String, String> REASONS = Map.ofEntries(
            entry("DeliveryConformanceTest.attributesHaveGooglesLimits", "It does not limit attributes."),
            entry("DeliveryConformanceTest.deadlineAboveTenMinutesIsRefused", "It takes any deadline of a message."),
            entry("DeliveryConformanceTest.messageAboveTenMegabytesIsRefused", "It takes 10.0 MB, or hangs above."),
            entry("OrderingConformanceTest.nackBringsTheLaterMessagesOfTheKeyBackToo", "The nacked one comes alone."),
            entry(
                    "OrderingConformanceTest.earlierMessagesOfTheKeyStayOutWhenALaterOneIsNacked",
                    "The nacked one comes alone."),
            entry("OrderingConformanceTest.poisonOfAKeyIsDeadLetteredAndTheRestGoesOn", "The key is stuck for good."),
            entry(
                    "RedeliveryConformanceTest.nackedMessageWaitsForItsGrowingBackOff",
                    "It may come before the back-off."),
            entry("ResourcesConformanceTest.ackDeadlineBelowTenSecondsIsRefused", "It takes deadlines from 0 s."),
            entry("ResourcesConformanceTest.detachedSubscriptionSaysSoAndServesNobody", "It cannot detach."),
            entry("ResourcesConformanceTest.labelsOfTopicAreUpdated", "It cannot update labels."),
            entry("ResourcesConformanceTest.missingTopicHasNoListOfSubscriptions", "It answers with an empty list."),
            entry(
                    "StreamingPullConformanceTest.clientThatStoppedReadingDoesNotHoardTheBacklog",
                    "It hands out in turn: that client keeps half."),
            entry("StreamingPullConformanceTest.emptyRequestIsAnsweredToKeepTheStreamAlive", "It does not answer."),
            entry("StreamingPullConformanceTest.noMoreBytesAreOutThanTheClientAllows", "It ignores the limit."),
            entry("StreamingPullConformanceTest.noMoreMessagesAreOutThanTheClientAllows", "It ignores the limit."));

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
