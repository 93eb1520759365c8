package com.aiprod.pipeline.system.access;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;

/** Makes bytes that are not, or are hardly, an HTTP request. The same seed makes the same bytes. */
final class Garbage {

    private static final String HOST = "Host: localhost\r\n";

    private final Random random;
    private final List<String> requests;

    /**
     * @param token the token to call with
     * @param jobId a job of another user
     */
    Garbage(Random random, String token, String jobId) {
        this.random = random;
        String start = HOST + "Authorization: Bearer " + token + "\r\n";
        String json = start + "Content-Type: application/json\r\n";
        String get = "GET /pipeline/jobs HTTP/1.1\r\n" + start;
        String post = "POST /pipeline/run HTTP/1.1\r\n" + json;
        this.requests = List.of(
                get + "\r\n",
                "GET /pipeline/job/" + jobId + " HTTP/1.1\r\n" + start + "\r\n",
                "HEAD /presets HTTP/1.1\r\n" + start + "\r\n",
                "GET /pipeline/nothing HTTP/1.1\r\n" + start + "\r\n",
                "GET /pipeline/jobs HTTP/1.0\r\n" + start + "\r\n",
                "GET /pipeline/jobs\r\n",
                "GET http://localhost/pipeline/jobs HTTP/1.1\r\n" + start + "\r\n",
                "GET * HTTP/1.1\r\n" + start + "\r\n",
                "OPTIONS * HTTP/1.1\r\n" + start + "\r\n",
                "CONNECT localhost:443 HTTP/1.1\r\n" + start + "\r\n",
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                "\u0016\u0003\u0001\u0002\u0000\u0001\u0000",
                post + "Content-Length: 15\r\n\r\n{\"content\":\"x\"}",
                post + "Content-Length: 150\r\n\r\n{\"content\":\"x\"}",
                post + "Content-Length: 5\r\n\r\n{\"content\":\"x\"}",
                post + "Content-Length: -1\r\n\r\n{\"content\":\"x\"}",
                post + "Content-Length: 99999999999999999999\r\n\r\n{\"content\":\"x\"}",
                post + "Content-Length: 15\r\nContent-Length: 16\r\n\r\n{\"content\":\"x\"}",
                post + "Content-Length: 15\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + get + "\r\n",
                post + "Transfer-Encoding: chunked\r\n\r\nf\r\n{\"content\":\"x\"}\r\n0\r\n\r\n",
                post + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n{\"content\":\"x\"}\r\n0\r\n\r\n",
                post + "Transfer-Encoding: chunked\r\n\r\nf\r\n{\"content\"",
                post + "Transfer-Encoding: chunked\r\n\r\n0\r\nX-Trailer: " + "x".repeat(9000) + "\r\n\r\n",
                post + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
                post + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
                post + "Expect: 100-continue\r\nContent-Length: 15\r\n\r\n{\"content\":\"x\"}",
                post + "Expect: something\r\nContent-Length: 15\r\n\r\n{\"content\":\"x\"}",
                get + "X-Long: " + "x".repeat(20_000) + "\r\n\r\n",
                get + "X-Many: x\r\n".repeat(200) + "\r\n",
                get + "No-Colon\r\n\r\n",
                get + " folded: x\r\n\r\n",
                get + "X\0Y: z\r\n\r\n",
                get + "X-Y: a\0b\r\n\r\n",
                get + "X-Request-Id: a\rSet-Cookie: b\r\n\r\n",
                get + HOST + "\r\n",
                get + "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAA\r\n\r\n",
                get.replace("\r\n", "\n") + "\n",
                get + "\r\n" + get + "\r\n");
    }

    /** Returns the next bytes to send. */
    byte[] next() {
        if (random.nextInt(20) == 0) {
            byte[] noise = new byte[1 + random.nextInt(2000)];
            random.nextBytes(noise);
            return noise;
        }
        byte[] request = requests.get(random.nextInt(requests.size())).getBytes(StandardCharsets.ISO_8859_1);
        for (int i = random.nextInt(4); i > 0 && request.length > 1; i--) {
            request = changed(request);
        }
        return request;
    }

    private byte[] changed(byte[] bytes) {
        int at = random.nextInt(bytes.length);
        ByteArrayOutputStream changed = new ByteArrayOutputStream();
        changed.write(bytes, 0, at);
        switch (random.nextInt(5)) {
            case 0 -> changed.write(random.nextInt(256));
            case 1 -> changed.write("\r\n".getBytes(StandardCharsets.US_ASCII), 0, 2);
            case 2 -> changed.write(bytes, 0, Math.min(at, 100));
            case 3 -> at = Math.min(at + random.nextInt(10), bytes.length);
            default -> {
                return changed.toByteArray();
            }
        }
        changed.write(bytes, at, bytes.length - at);
        return changed.toByteArray();
    }
}
