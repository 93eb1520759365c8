package com.aiprod.pipeline.bench.chaos;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Two webhook receivers: one answers, the other accepts connections and never answers. */
final class Receivers implements AutoCloseable {

    private static final Pattern JOB_ID = Pattern.compile("\"job_id\"\\s*:\\s*\"([0-9a-f-]{36})\"");
    private static final int MANY_WAITING = 4096;

    private final ServerSocket hung = new ServerSocket(0, MANY_WAITING, InetAddress.getLoopbackAddress());
    private final HttpServer good =
            HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), MANY_WAITING);
    private final ExecutorService threads = Executors.newFixedThreadPool(2);
    private final Set<String> told = ConcurrentHashMap.newKeySet();

    Receivers() throws IOException {
        good.setExecutor(threads);
        good.createContext("/", call -> {
            Matcher jobId = JOB_ID.matcher(new String(call.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            if (jobId.find()) {
                told.add(jobId.group(1));
            }
            call.sendResponseHeaders(204, -1);
            call.close();
        });
        good.start();
    }

    String hung() {
        return "http://127.0.0.1:" + hung.getLocalPort() + "/";
    }

    String good() {
        return "http://localhost:" + good.getAddress().getPort() + "/";
    }

    /** Returns the IDs of the jobs whose webhooks reached the answering receiver. */
    Set<String> told() {
        return told;
    }

    @Override
    public void close() throws IOException {
        good.stop(0);
        threads.shutdownNow();
        hung.close();
    }
}
