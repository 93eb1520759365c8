package com.aiprod.pipeline.api.artifacts;

import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.api.http.Edge;
import com.aiprod.pipeline.api.http.EdgeTest;
import com.aiprod.pipeline.embedded.DevelopmentTokens;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;

/** A job's files over real HTTP, requested as a browser's video element does. */
@EdgeTest
class ArtifactSenderTest {

    private static final String JOB = "019b0000-0000-7000-8000-000000000001";
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final byte[] VIDEO = new byte[300_000];

    @LocalServerPort
    private int port;

    @BeforeAll
    static void deliverFiles() throws Exception {
        new Random(1).nextBytes(VIDEO);
        Path attempt = Files.createDirectories(Path.of(Edge.ARTIFACTS, "2025-12-08", JOB, "2"));
        Files.write(attempt.resolve("video.mp4"), VIDEO);
        Files.writeString(attempt.resolve("captions.vtt"), "WEBVTT\n");
        Files.writeString(attempt.resolve("notes.txt"), "not in the result");
    }

    @Test
    void sendsTheWholeFile() throws Exception {
        HttpResponse<byte[]> answer = send(video());
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(VIDEO);
        assertThat(header(answer, "Content-Type")).isEqualTo("video/mp4");
        assertThat(header(answer, "Content-Length")).isEqualTo("300000");
        assertThat(header(answer, "Accept-Ranges")).isEqualTo("bytes");
        assertThat(header(answer, "Content-Disposition")).isEqualTo("inline");
        assertThat(header(answer, "Cache-Control")).isEqualTo("no-cache, private");
        assertThat(header(answer, "ETag")).matches("\"2-[0-9a-f]+-[0-9a-f]+\"");
        assertThat(header(answer, "X-Request-Id")).isNotEmpty();
        assertThat(answer.headers().map()).doesNotContainKeys("transfer-encoding", "authorization");
    }

    @Test
    void formatsTheETagWithoutALocale() {
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.forLanguageTag("ar-EG"));
            assertThat(new ArtifactSender.Artifact(Path.of("pom.xml"), "video/mp4", 12).etag())
                    .matches("\"12-[0-9a-f]+-[0-9a-f]+\"");
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void sendsTheMediaTypeOfCaptions() throws Exception {
        assertThat(header(send(request("captions.vtt")), "Content-Type")).startsWith("text/vtt");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "bytes=0-99;         0;      100",
                "bytes=299990-;      299990; 300000",
                "bytes=-5;           299995; 300000",
                "bytes=299990-999999; 299990; 300000",
                "BYTES=0-1;          0;      2",
                "bytes= 0-1 ,;       0;      2",
                "bytes=0-99999999999999999999; 0; 300000",
                "bytes=-99999999999999999999; 0; 300000",
                "bytes=0-1,99999999-; 0;     2"
            })
    void sendsARange(String range, int from, int to) throws Exception {
        HttpResponse<byte[]> answer = send(video().header("Range", range));
        assertThat(answer.statusCode()).isEqualTo(206);
        assertThat(answer.body()).isEqualTo(Arrays.copyOfRange(VIDEO, from, to));
        assertThat(header(answer, "Content-Range")).isEqualTo("bytes " + from + "-" + (to - 1) + "/300000");
        assertThat(header(answer, "Content-Type")).isEqualTo("video/mp4");
        assertThat(header(answer, "ETag")).isNotEmpty();
    }

    @Test
    void sendsSeveralRanges() throws Exception {
        HttpResponse<byte[]> answer = send(video().header("Range", "bytes=0-9,20-29"));
        assertThat(answer.statusCode()).isEqualTo(206);
        assertThat(header(answer, "Content-Type")).startsWith("multipart/byteranges; boundary=");
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes=300000-", "bytes=-0", "bytes=99999999999999999999-", "bytes=400000-,300000-300001"})
    void rejectsAnUnsatisfiableRange(String range) throws Exception {
        HttpResponse<byte[]> answer = send(video().header("Range", range));
        assertThat(answer.statusCode()).isEqualTo(416);
        assertThat(header(answer, "Content-Range")).isEqualTo("bytes */300000");
        assertThat(header(answer, "Content-Type")).isEqualTo("application/problem+json");
        assertThat(new String(answer.body(), StandardCharsets.UTF_8))
                .contains("\"/problems/range-not-satisfiable\"", "\"detail\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "lines=0-1",
                "nonsense",
                "bytes=",
                "bytes=,",
                "bytes=-",
                "bytes=+0-1",
                "bytes=5-4",
                "bytes=0-1,x",
                "bytes=0-,0-",
                "bytes 0-1"
            })
    void ignoresAnInvalidRange(String range) throws Exception {
        HttpResponse<byte[]> answer = send(video().header("Range", range));
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(VIDEO);
    }

    @Test
    void ignoresARangeOfAHeadRequest() throws Exception {
        HttpResponse<byte[]> answer =
                send(video().header("Range", "bytes=0-1").method("HEAD", HttpRequest.BodyPublishers.noBody()));
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(header(answer, "Content-Length")).isEqualTo("300000");
    }

    @Test
    void honorsIfMatch() throws Exception {
        String etag = header(send(video()), "ETag");
        for (String same : new String[] {etag, "*", "\"other\", " + etag}) {
            assertThat(send(video().header("If-Match", same)).statusCode()).isEqualTo(200);
        }
        for (String other : new String[] {"\"other\"", "W/" + etag}) {
            HttpResponse<byte[]> answer = send(video().header("If-Match", other));
            assertThat(answer.statusCode()).isEqualTo(412);
            assertThat(new String(answer.body(), StandardCharsets.UTF_8)).contains("\"/problems/precondition-failed\"");
        }
    }

    @Test
    void ignoresAConditionThatIsNotInTheContract() throws Exception {
        HttpRequest.Builder request = video().header("If-Unmodified-Since", "Fri, 16 Jan 2015 12:00:00 GMT");
        assertThat(send(request).statusCode()).isEqualTo(200);
    }

    @Test
    void ignoresAnInvalidIfNoneMatch() throws Exception {
        String etag = header(send(video()), "ETag");
        for (String none : new String[] {etag + "garbage", "garbage" + etag, etag.substring(1), etag + etag}) {
            assertThat(send(video().header("If-None-Match", none)).statusCode())
                    .as(none)
                    .isEqualTo(200);
        }
    }

    @Test
    void sendsTheWholeFileUnlessIfRangeMatches() throws Exception {
        HttpResponse<byte[]> first = send(video());
        String etag = header(first, "ETag");
        String modified = header(first, "Last-Modified");
        for (String same : new String[] {etag, modified}) {
            assertThat(send(video().header("Range", "bytes=0-9").header("If-Range", same))
                            .statusCode())
                    .isEqualTo(206);
        }
        for (String other : new String[] {"\"2-0-0\"", "W/" + etag, "Fri, 16 Jan 2026 12:00:00 GMT", "nonsense"}) {
            HttpResponse<byte[]> answer =
                    send(video().header("Range", "bytes=0-9").header("If-Range", other));
            assertThat(answer.statusCode()).as(other).isEqualTo(200);
            assertThat(answer.body()).isEqualTo(VIDEO);
        }
    }

    @Test
    void answers304WhenTheETagMatches() throws Exception {
        String etag = header(send(video()), "ETag");
        HttpResponse<byte[]> answer = send(video().header("If-None-Match", "\"other\", " + etag));
        assertThat(answer.statusCode()).isEqualTo(304);
        assertThat(header(answer, "ETag")).isEqualTo(etag);
        assertThat(answer.body()).isEmpty();
    }

    @Test
    void answersHead() throws Exception {
        HttpResponse<byte[]> answer = send(video().method("HEAD", HttpRequest.BodyPublishers.noBody()));
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(header(answer, "Content-Length")).isEqualTo("300000");
        assertThat(answer.body()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "notes.txt",
        "nothing.mp4",
        "gone.mp4",
        "..%2Fvideo.mp4",
        "%2e%2e",
        "video.mp4%00",
        "..%5cvideo.mp4",
    })
    void returns404ForAFileThatTheResultDoesNotList(String name) throws Exception {
        HttpResponse<byte[]> answer = send(request(name));
        assertThat(answer.statusCode()).isIn(400, 404);
        assertThat(header(answer, "Content-Type")).isEqualTo("application/problem+json");
    }

    private HttpRequest.Builder video() {
        return request("video.mp4");
    }

    private HttpRequest.Builder request(String name) {
        return HttpRequest.newBuilder(
                        URI.create("http://localhost:" + port + "/pipeline/job/" + JOB + "/artifacts/" + name))
                .header("Authorization", "Bearer " + DevelopmentTokens.token("alice"));
    }

    private static String header(HttpResponse<byte[]> answer, String name) {
        return answer.headers().firstValue(name).orElse("");
    }

    private static HttpResponse<byte[]> send(HttpRequest.Builder request) throws Exception {
        return CLIENT.send(request.build(), BodyHandlers.ofByteArray());
    }
}
