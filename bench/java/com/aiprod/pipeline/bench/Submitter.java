package com.aiprod.pipeline.bench;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Submits jobs on one connection, with a token of one user. Less than an HTTP client, because CPU used by the client is
 * lost for the system: both share the machine. Not thread-safe.
 */
final class Submitter {

    /** Tomcat closes a connection that is idle for 10 s. */
    private static final long IDLE_NANOS = 5_000_000_000L;

    private static final int READ_TIMEOUT_MS = 30_000;
    private static final byte[] LAST_CHUNK = "\r\n0\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1);

    private final URI api;
    private final byte[] answer = new byte[16 << 10];
    private Socket socket;
    private long usedAt;

    Submitter(URI api) {
        this.api = api;
    }

    /** Submits a job and returns the body of the response, which must be a 202. */
    String submit(String token, String body) {
        byte[] content = body.getBytes(StandardCharsets.UTF_8);
        String head = "POST /pipeline/run HTTP/1.1\r\nHost: %s:%d\r\nAuthorization: Bearer %s\r\n"
                        .formatted(api.getHost(), api.getPort(), token)
                + "Content-Type: application/json\r\nContent-Length: " + content.length + "\r\n\r\n";
        byte[] request = new byte[head.length() + content.length];
        System.arraycopy(head.getBytes(StandardCharsets.ISO_8859_1), 0, request, 0, head.length());
        System.arraycopy(content, 0, request, head.length(), content.length);
        try {
            if (socket == null || System.nanoTime() - usedAt > IDLE_NANOS) {
                close();
                socket = new Socket(api.getHost(), api.getPort());
                socket.setTcpNoDelay(true);
                socket.setSoTimeout(READ_TIMEOUT_MS);
            }
            socket.getOutputStream().write(request);
            return read();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private String read() throws IOException {
        InputStream in = socket.getInputStream();
        int length = 0;
        int start = -1;
        String headers = "";
        int end = Integer.MAX_VALUE;
        while (length < end) {
            int more = in.read(answer, length, answer.length - length);
            if (more <= 0) {
                throw new IOException("The response ends early: " + text(0, length));
            }
            length += more;
            if (start < 0) {
                String all = text(0, length);
                start = all.indexOf("\r\n\r\n") + 4;
                if (start < 4) {
                    start = -1;
                    continue;
                }
                headers = all.substring(0, start).toLowerCase(Locale.ROOT);
                int at = headers.indexOf("content-length:");
                if (at >= 0) {
                    end = start
                            + Integer.parseInt(headers.substring(at + 15, headers.indexOf('\r', at))
                                    .strip());
                }
            }
            if (end == Integer.MAX_VALUE && endsWithLastChunk(length)) {
                break;
            }
        }
        if (!headers.startsWith("http/1.1 202")) {
            throw new IllegalStateException("Not accepted: " + text(0, length));
        }
        if (headers.contains("connection: close")) {
            close();
        }
        usedAt = System.nanoTime();
        // A small body is one chunk, so its JSON object is whole.
        String rest = new String(answer, start, length - start, StandardCharsets.UTF_8);
        return rest.substring(rest.indexOf('{'), rest.lastIndexOf('}') + 1);
    }

    private boolean endsWithLastChunk(int length) {
        for (int i = 1; i <= LAST_CHUNK.length; i++) {
            if (length < i || answer[length - i] != LAST_CHUNK[LAST_CHUNK.length - i]) {
                return false;
            }
        }
        return true;
    }

    private String text(int from, int to) {
        return new String(answer, from, to - from, StandardCharsets.ISO_8859_1);
    }

    private void close() throws IOException {
        if (socket != null) {
            socket.close();
            socket = null;
        }
    }
}
