package com.aiprod.pipeline.webhook;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.apache.camel.Exchange;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.net.URIAuthority;
import org.apache.hc.core5.util.Timeout;

/**
 * Makes one attempt to deliver a webhook: {@code bean: {ref: webhookSender, method: send}}. It follows no redirects,
 * reads only the status of the response, and ends within the time limit, however slowly the receiver sends.
 */
public final class WebhookSender implements AutoCloseable {

    private static final int MAX_HEADER_LINES = 100;
    private static final int MAX_HEADER_CHARACTERS = 8192;

    private final Duration limit;
    private final WebhookTargets targets;
    private final HostLookups lookups;
    private final CloseableHttpClient http;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "webhook-clock");
        thread.setDaemon(true);
        return thread;
    });

    /**
     * @param limit for a whole attempt
     * @param connections the most connections at a time
     */
    WebhookSender(WebhookTargets targets, Duration limit, int connections) {
        this.limit = limit;
        this.targets = targets;
        this.lookups = new HostLookups(targets, connections);
        Timeout timeout = Timeout.of(limit);
        Http1Config bounds = Http1Config.custom()
                .setMaxHeaderCount(MAX_HEADER_LINES)
                .setMaxLineLength(MAX_HEADER_CHARACTERS)
                .build();
        this.http = HttpClients.custom()
                .setConnectionManager(PoolingHttpClientConnectionManagerBuilder.create()
                        .setDnsResolver(new NoResolver())
                        .setConnectionFactory(ManagedHttpClientConnectionFactory.builder()
                                .http1Config(bounds)
                                .build())
                        .setDefaultConnectionConfig(ConnectionConfig.custom()
                                .setConnectTimeout(timeout)
                                .setSocketTimeout(timeout)
                                .build())
                        .setMaxConnTotal(connections)
                        .setMaxConnPerRoute(connections)
                        .build())
                .setDefaultRequestConfig(RequestConfig.custom()
                        .setConnectionRequestTimeout(timeout)
                        .setResponseTimeout(timeout)
                        .build())
                // A response is not read to its end, so its connection cannot be reused.
                .setConnectionReuseStrategy((request, response, context) -> false)
                .setUserAgent("AIPROD-Pipeline")
                .disableRedirectHandling()
                .disableAutomaticRetries()
                .disableContentCompression()
                .disableCookieManagement()
                .disableAuthCaching()
                .build();
    }

    /**
     * Posts the variable {@code payload} of the user {@code userId} to {@code url}, signed with each of
     * {@code secrets}, which are separated by spaces. Sets {@code delivered} (Boolean, whether the status was 2xx),
     * {@code responseStatus} (Integer, absent without a response), {@code quick} (Boolean, whether the response arrived
     * within a third of the limit) and {@code sendError} (absent if delivered), which the owner of the job reads. Does
     * not throw for faults of the receiver.
     */
    public void send(Exchange exchange) throws InterruptedException {
        String id = "msg_" + exchange.getVariable("deliveryId", String.class);
        String url = exchange.getVariable("url", String.class);
        byte[] payload = exchange.getVariable("payload", String.class).getBytes(StandardCharsets.UTF_8);
        // The payload can be a megabyte, and the attempt can take long.
        exchange.removeVariable("payload");
        exchange.getMessage().setBody(null);
        String secrets = exchange.getVariable("secrets", String.class);
        long timestamp = Instant.now().getEpochSecond();
        HttpPost post = new HttpPost(url);
        post.setHeader("webhook-id", id);
        post.setHeader("webhook-timestamp", timestamp);
        if (!secrets.isEmpty()) {
            post.setHeader(
                    "webhook-signature", WebhookSignature.of(List.of(secrets.split(" ")), id, timestamp, payload));
        }
        post.setEntity(new ByteArrayEntity(payload, ContentType.APPLICATION_JSON));

        long start = System.nanoTime();
        String fault = targets.fault(url).orElse(null);
        Outcome outcome;
        if (secrets.isEmpty()) {
            outcome = Outcome.none("The user has no secret to sign the webhook with.");
        } else if (fault != null) {
            outcome = Outcome.none("The callback_url " + fault + ".");
        } else {
            outcome = post(post, exchange.getVariable("userId", String.class), start + limit.toNanos());
        }
        exchange.setVariable("delivered", outcome.status != null && outcome.error == null);
        exchange.setVariable("responseStatus", outcome.status);
        exchange.setVariable("quick", outcome.status != null && System.nanoTime() - start < limit.toNanos() / 3);
        exchange.setVariable("sendError", outcome.error);
    }

    /** @param status null without a response */
    private record Outcome(Integer status, String error) {

        static Outcome none(String why) {
            return new Outcome(null, why);
        }

        static Outcome of(int status) {
            if (status / 100 == 3) {
                return new Outcome(status, "The response status was " + status + ", and redirects are not followed.");
            }
            return new Outcome(status, status / 100 == 2 ? null : "The response status was " + status + ".");
        }
    }

    private Outcome post(HttpPost post, String user, long deadline) throws InterruptedException {
        // The client's own timeouts restart with every byte.
        Future<?> end = clock.schedule(post::cancel, deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        try {
            String scheme = post.getScheme();
            URIAuthority to = post.getAuthority();
            int port = to.getPort() >= 0 ? to.getPort() : scheme.equalsIgnoreCase("https") ? 443 : 80;
            IOException failure = new UnknownHostException(to.getHostName());
            for (InetAddress address : lookups.resolve(user, to.getHostName(), deadline)) {
                HttpHost host = new HttpHost(scheme, address, to.getHostName(), port);
                try {
                    return answer(post, host);
                } catch (ConnectException | NoRouteToHostException e) {
                    // Another address of the host might work.
                    failure = e;
                }
            }
            throw failure;
        } catch (TimeoutException e) {
            return Outcome.none(timedOut());
        } catch (IOException e) {
            return Outcome.none(post.isCancelled() ? timedOut() : reason(e));
        } finally {
            end.cancel(false);
        }
    }

    private Outcome answer(HttpPost post, HttpHost host) throws IOException {
        Outcome outcome = null;
        try (ClassicHttpResponse answer = http.executeOpen(host, post, null)) {
            outcome = Outcome.of(answer.getCode());
            // Otherwise, close() would read the rest of the response.
            post.cancel();
        } catch (IOException e) {
            if (outcome == null) {
                throw e;
            }
        }
        return outcome;
    }

    private String timedOut() {
        return "No response within " + limit.toSeconds() + " s.";
    }

    /** The reason in words that reveal nothing about our network. */
    private String reason(IOException failure) {
        if (failure instanceof UnknownHostException) {
            // One message for both cases, or callers could find out which names our network resolves.
            return "The host is unknown or has no public address.";
        }
        if (failure instanceof SSLException) {
            return "The TLS handshake failed.";
        }
        if (failure instanceof java.io.InterruptedIOException) {
            return timedOut();
        }
        return failure instanceof ConnectException
                ? "The connection was refused."
                : "The connection failed, or the response was not valid HTTP.";
    }

    @Override
    public void close() throws IOException {
        clock.shutdownNow();
        lookups.close();
        http.close();
    }

    /** Only addresses that {@link WebhookTargets} allows are connected to. */
    private static final class NoResolver implements DnsResolver {
        @Override
        public InetAddress[] resolve(String host) throws UnknownHostException {
            throw new UnknownHostException(host);
        }

        @Override
        public String resolveCanonicalHostname(String host) {
            return host;
        }
    }
}
