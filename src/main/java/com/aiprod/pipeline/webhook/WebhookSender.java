package com.aiprod.pipeline.webhook;

import java.io.IOException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.apache.camel.Exchange;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.io.entity.StringEntity;
import org.apache.hc.core5.util.Timeout;

/**
 * Makes one try to deliver a webhook: {@code bean: {ref: webhookSender, method: send}}. It follows no redirect, reads of
 * the answer nothing but the status, and ends within the time limit, however slowly the receiver sends.
 */
public final class WebhookSender implements AutoCloseable {

    private static final int MAX_HEADER_LINES = 100;
    private static final int MAX_HEADER_CHARACTERS = 8192;

    private final Duration limit;
    private final CloseableHttpClient http;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "webhook-clock");
        thread.setDaemon(true);
        return thread;
    });

    /**
     * @param limit for all of a try
     * @param connections how many there may be at a time
     */
    WebhookSender(WebhookTargets targets, Duration limit, int connections) {
        this.limit = limit;
        Timeout timeout = Timeout.of(limit);
        Http1Config bounds = Http1Config.custom()
                .setMaxHeaderCount(MAX_HEADER_LINES)
                .setMaxLineLength(MAX_HEADER_CHARACTERS)
                .build();
        this.http = HttpClients.custom()
                .setConnectionManager(PoolingHttpClientConnectionManagerBuilder.create()
                        .setDnsResolver(targets)
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
                // An answer is left unread, and a next one would have to begin behind it.
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
     * Posts the variable {@code payload} to {@code url}, signed by {@code secret} and, if set, {@code previousSecret}.
     * Sets {@code delivered} (Boolean, whether the answer was 2xx), {@code responseStatus} (Integer, absent without an
     * answer) and {@code sendError} (absent if delivered); the owner of the job reads the latter. Throws nothing for what
     * is the receiver's fault.
     */
    public void send(Exchange exchange) {
        String id = "msg_" + exchange.getVariable("deliveryId", String.class);
        String payload = exchange.getVariable("payload", String.class);
        long timestamp = Instant.now().getEpochSecond();
        List<String> secrets = Stream.of("secret", "previousSecret")
                .map(name -> exchange.getVariable(name, String.class))
                .filter(Objects::nonNull)
                .toList();
        HttpPost post = new HttpPost(exchange.getVariable("url", String.class));
        post.setHeader("webhook-id", id);
        post.setHeader("webhook-timestamp", timestamp);
        post.setHeader("webhook-signature", WebhookSignature.of(secrets, id, timestamp, payload));
        post.setEntity(new StringEntity(payload, ContentType.APPLICATION_JSON));

        Integer status = null;
        String error = null;
        // The client's own limits begin anew with every byte.
        Future<?> end = clock.schedule(post::cancel, limit.toMillis(), TimeUnit.MILLISECONDS);
        try (ClassicHttpResponse answer = http.executeOpen(null, post, null)) {
            status = answer.getCode();
            if (status / 100 == 3) {
                error = "The answer was " + status + ", and redirects are not followed.";
            } else if (status / 100 != 2) {
                error = "The answer was " + status + ".";
            }
        } catch (IOException e) {
            error = status != null ? error : post.isCancelled() ? late() : reason(e);
        } finally {
            end.cancel(false);
        }
        exchange.setVariable("delivered", status != null && error == null);
        exchange.setVariable("responseStatus", status);
        exchange.setVariable("sendError", error);
    }

    private String late() {
        return "There was no answer within " + limit.toSeconds() + " s.";
    }

    /** In words that tell nothing of this side. */
    private String reason(IOException failure) {
        if (failure instanceof UnknownHostException) {
            // One sentence for both, or anybody could ask which names our network knows.
            return "The host is not known, or has no public address.";
        }
        if (failure instanceof SSLException) {
            return "The TLS handshake failed.";
        }
        if (failure instanceof java.io.InterruptedIOException) {
            return late();
        }
        return failure instanceof java.net.ConnectException
                ? "The connection was refused."
                : "The connection broke off, or what came was no HTTP.";
    }

    @Override
    public void close() throws IOException {
        clock.shutdownNow();
        http.close();
    }
}
