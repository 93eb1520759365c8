package com.aiprod.pipeline.system;

import com.google.protobuf.ByteString;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.Status;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;

/** A collector for OTLP over HTTP that keeps every span. As an initializer, it makes an application export to it. */
public final class OtlpReceiver implements ApplicationContextInitializer<ConfigurableApplicationContext> {

    private static final List<Received> SPANS = new CopyOnWriteArrayList<>();
    private static final String ENDPOINT = serve();

    /** A finished span. IDs are lowercase hexadecimal; {@code parent} is empty for a root. */
    public record Received(
            String trace,
            String id,
            String parent,
            String name,
            String kind,
            boolean failed,
            Map<String, String> tags) {}

    @Override
    public void initialize(ConfigurableApplicationContext context) {
        TestPropertyValues.of(
                        "management.otlp.tracing.endpoint=" + ENDPOINT,
                        "management.tracing.sampling.probability=1.0",
                        "management.tracing.opentelemetry.export.schedule-delay=100ms")
                .applyTo(context);
    }

    /** Returns the spans of the trace received so far. */
    public static List<Received> trace(String traceId) {
        return SPANS.stream().filter(span -> span.trace().equals(traceId)).toList();
    }

    /** Returns the spans received so far that name the job. */
    public static List<Received> ofJob(String jobId) {
        return SPANS.stream()
                .filter(span -> jobId.equals(span.tags().get("job_id")))
                .toList();
    }

    private static String serve() {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext("/v1/traces", OtlpReceiver::receive);
            // The server's dispatcher thread inherits the daemon flag, so it does not keep the JVM alive.
            Thread starter = new Thread(server::start, "otlp-receiver");
            starter.setDaemon(true);
            starter.start();
            starter.join();
            return "http://" + server.getAddress().getHostString() + ":"
                    + server.getAddress().getPort() + "/v1/traces";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while the collector started", e);
        }
    }

    private static void receive(HttpExchange exchange) throws IOException {
        try (exchange) {
            ExportTraceServiceRequest.parseFrom(exchange.getRequestBody()).getResourceSpansList().stream()
                    .flatMap(resource -> resource.getScopeSpansList().stream())
                    .flatMap(scope -> scope.getSpansList().stream())
                    .map(span -> new Received(
                            hex(span.getTraceId()),
                            hex(span.getSpanId()),
                            hex(span.getParentSpanId()),
                            span.getName(),
                            span.getKind().name().replace("SPAN_KIND_", ""),
                            span.getStatus().getCode() == Status.StatusCode.STATUS_CODE_ERROR,
                            span.getAttributesList().stream()
                                    .collect(Collectors.toMap(
                                            KeyValue::getKey,
                                            tag -> tag.getValue().getStringValue(),
                                            (first, second) -> second))))
                    .forEach(SPANS::add);
            exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
            exchange.sendResponseHeaders(200, -1);
        }
    }

    private static String hex(ByteString bytes) {
        return HexFormat.of().formatHex(bytes.toByteArray());
    }
}
