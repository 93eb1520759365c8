package com.aiprod.pipeline.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Attempts to send a webhook to hostile receivers and through hanging name servers. */
class WebhookSenderTest {

    private static final Duration LIMIT = Duration.ofSeconds(3);
    private static final Set<Integer> PORTS = Set.of(443);

    private final DefaultCamelContext camel = new DefaultCamelContext();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch over = new CountDownLatch(1);

    @AfterEach
    void stop() {
        over.countDown();
        threads.shutdownNow();
        camel.stop();
    }

    /** Otherwise users could find out which names resolve in our network. */
    @Test
    void reportsUnknownAndForbiddenHostsAlike() throws Exception {
        WebhookTargets targets = new WebhookTargets(false, PORTS, host -> {
            if (host.equals("inside.example.com")) {
                return new InetAddress[] {InetAddress.getByName("10.0.0.1")};
            }
            throw new UnknownHostException(host);
        });
        try (WebhookSender sender = new WebhookSender(targets, LIMIT, 1)) {
            for (String url : List.of("https://inside.example.com/", "https://no-such-host.example.com/")) {
                Exchange sent = send(sender, "ann", url);
                assertThat(sent.getVariable("delivered")).isEqualTo(false);
                assertThat(sent.getVariable("sendError")).isEqualTo("The host is unknown or has no public address.");
            }
        }
    }

    @Test
    void sendsNothingToATargetThatIsNoLongerAllowed() throws Exception {
        try (WebhookSender sender = new WebhookSender(new WebhookTargets(false, PORTS), LIMIT, 1)) {
            assertThat(send(sender, "ann", "https://example.com:8443/").getVariable("sendError"))
                    .isEqualTo("The callback_url must use port 443.");
        }
    }

    /** Resolves the name once, connects only to its addresses, and tries the second if the first refuses. */
    @Test
    void connectsToTheCheckedAddressesOnly() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        try (ServerSocket receiver = answering("HTTP/1.1 204 Fine\r\n\r\n", false)) {
            WebhookTargets targets = new WebhookTargets(true, PORTS, host -> {
                asked.incrementAndGet();
                assertThat(host).isEqualTo("hooks.example.com");
                return new InetAddress[] {InetAddress.getByName("127.0.0.2"), InetAddress.getLoopbackAddress()};
            });
            try (WebhookSender sender = new WebhookSender(targets, LIMIT, 1)) {
                Exchange sent = send(sender, "ann", "http://hooks.example.com:" + receiver.getLocalPort() + "/");
                assertThat(sent.getVariable("sendError")).isNull();
                assertThat(sent.getVariable("responseStatus")).isEqualTo(204);
                assertThat(sent.getVariable("quick")).isEqualTo(true);
                assertThat(asked).hasValue(1);
            }
        }
    }

    /** An endless body, of which nothing is read. */
    @ParameterizedTest
    @ValueSource(
            strings = {"HTTP/1.1 200 Fine\r\n\r\n", "HTTP/1.1 200 Fine\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n"})
    void ignoresAnEndlessBody(String head) throws Exception {
        try (ServerSocket receiver = answering(head, true);
                WebhookSender sender = new WebhookSender(new WebhookTargets(true, PORTS), Duration.ofHours(1), 1)) {
            Future<Exchange> sent =
                    threads.submit(() -> send(sender, "ann", "http://127.0.0.1:" + receiver.getLocalPort() + "/"));
            assertThat(sent.get(20, TimeUnit.SECONDS).getVariable("delivered")).isEqualTo(true);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "HTTP/1.1 200 Fine\r\nX-Slow: "})
    void timesOutOnEndlessHeaders(String head) throws Exception {
        try (ServerSocket receiver = answering(head, !head.isEmpty());
                WebhookSender sender = new WebhookSender(new WebhookTargets(true, PORTS), Duration.ofSeconds(1), 1)) {
            Exchange sent = send(sender, "ann", "http://127.0.0.1:" + receiver.getLocalPort() + "/");
            assertThat(sent.getVariable("sendError")).isEqualTo("No response within 1 s.");
            assertThat(sent.getVariable("quick")).isEqualTo(false);
        }
    }

    /** An earlier version waited for name servers without a limit, and all other deliveries waited too. */
    @Test
    void timesOutOnAHangingNameServerWithoutDelayingOthers() throws Exception {
        AtomicInteger stuck = new AtomicInteger();
        WebhookTargets targets = new WebhookTargets(true, PORTS, host -> {
            if (host.endsWith(".slow.example.com")) {
                stuck.incrementAndGet();
                try {
                    over.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
            return new InetAddress[] {InetAddress.getLoopbackAddress()};
        });
        try (ServerSocket receiver = answering("HTTP/1.1 204 Fine\r\n\r\n", false);
                WebhookSender sender = new WebhookSender(targets, Duration.ofSeconds(1), 4)) {
            for (int round = 0; round < 3; round++) {
                List<Future<Exchange>> slow = List.of(1, 2, 3, 4).stream()
                        .map(n -> threads.submit(() -> send(sender, "alice", "http://h" + n + ".slow.example.com/")))
                        .toList();
                for (Future<Exchange> sent : slow) {
                    assertThat(sent.get(20, TimeUnit.SECONDS).getVariable("sendError"))
                            .isEqualTo("No response within 1 s.");
                }
            }
            // Only two threads hang, not one more for each attempt.
            assertThat(stuck).hasValue(2);
            assertThat(send(sender, "bob", "http://good.example.com:" + receiver.getLocalPort() + "/")
                            .getVariable("responseStatus"))
                    .isEqualTo(204);
        }
    }

    private Exchange send(WebhookSender sender, String user, String url) throws InterruptedException {
        Exchange exchange = new DefaultExchange(camel);
        exchange.setVariable("deliveryId", "019b0000-0000-7000-8000-000000000001");
        exchange.setVariable("userId", user);
        exchange.setVariable("payload", "{}");
        exchange.setVariable("secrets", "whsec_c2VjcmV0 whsec_b2xk");
        exchange.setVariable("url", url);
        sender.send(exchange);
        return exchange;
    }

    /** Starts a receiver that answers with the text and, if it drips, with single bytes afterward. */
    private ServerSocket answering(String text, boolean drips) throws IOException {
        ServerSocket receiver = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        threads.execute(() -> {
            try {
                while (true) {
                    Socket connection = receiver.accept();
                    threads.execute(() -> answer(connection, text, drips));
                }
            } catch (IOException e) {
                // The test is over.
            }
        });
        return receiver;
    }

    private void answer(Socket connection, String text, boolean drips) {
        try (connection) {
            OutputStream out = connection.getOutputStream();
            out.write(text.getBytes(StandardCharsets.US_ASCII));
            out.flush();
            boolean ended = text.endsWith("\r\n\r\n") && !drips;
            while (!ended && !over.await(50, TimeUnit.MILLISECONDS)) {
                if (drips) {
                    out.write('x');
                    out.flush();
                }
            }
        } catch (IOException e) {
            // The other side closed the connection.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
