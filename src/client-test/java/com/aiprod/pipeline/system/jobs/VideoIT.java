package com.aiprod.pipeline.system.jobs;

import static com.aiprod.pipeline.system.User.download;
import static com.aiprod.pipeline.system.User.json;
import static com.aiprod.pipeline.system.User.names;
import static com.aiprod.pipeline.system.User.problem;
import static com.aiprod.pipeline.system.User.send;
import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.client.api.JobsApi;
import com.aiprod.pipeline.PipelineApplication;
import com.aiprod.pipeline.embedded.DevelopmentTokens;
import com.aiprod.pipeline.embedded.EmbeddedServices;
import com.aiprod.pipeline.system.User;
import com.aiprod.pipeline.video.Film;
import com.fasterxml.jackson.databind.JsonNode;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import javax.imageio.ImageIO;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.ContextConfiguration;

/** The product end to end with production settings: text goes in over HTTP, a playable video comes out. */
@SpringBootTest(
        classes = PipelineApplication.class,
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = "management.server.port=0")
@ContextConfiguration(initializers = {EmbeddedServices.class, DevelopmentTokens.class})
@DirtiesContext
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class VideoIT {

    @TempDir
    Path folder;

    @LocalServerPort
    private int port;

    private User alice;
    private JsonNode output;
    private String video;

    @BeforeAll
    void makeVideo() throws Exception {
        alice = User.of(port, "alice");
        String id = json(alice.submit("{\"content\":\"The tide comes in. The tide goes out.\",\"duration_sec\":3}"))
                .path("job_id")
                .asText();
        output = alice.await(id, "COMPLETED").path("result").path("output");
        video = "/pipeline/job/" + id + "/artifacts/video.mp4";
    }

    @Test
    void describesTheOutput() {
        assertThat(names(output))
                .containsExactlyInAnyOrder(
                        "artifacts", "title", "lang", "duration_sec", "width", "height", "scenes", "truncated", "alt");
        assertThat(output.path("duration_sec").asDouble()).isEqualTo(3);
        assertThat(output.path("width").asInt()).isEqualTo(720);
        assertThat(output.path("height").asInt()).isEqualTo(1280);
        List<String> types = new ArrayList<>();
        output.path("artifacts").forEach(artifact -> {
            assertThat(names(artifact)).containsExactlyInAnyOrder("name", "type", "bytes", "url");
            types.add(
                    artifact.path("name").asText() + " " + artifact.path("type").asText());
        });
        assertThat(types).containsExactly("video.mp4 video/mp4", "poster.png image/png", "captions.vtt text/vtt");
        assertThat(output.path("artifacts").path(0).path("url").asText()).isEqualTo(video);
    }

    @Test
    void servesAPlayableVideo() throws Exception {
        HttpResponse<byte[]> answer = download(alice.request(video));
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("video/mp4");
        assertThat(answer.headers().firstValue("Accept-Ranges")).hasValue("bytes");
        assertThat(answer.body())
                .hasSize(output.path("artifacts").path(0).path("bytes").asInt());

        Path file = Files.write(folder.resolve("video.mp4"), answer.body());
        JsonNode stream = new Film(file).stream();
        assertThat(stream.path("codec_name").asText()).isEqualTo("h264");
        assertThat(stream.path("width").asInt()).isEqualTo(720);
        assertThat(stream.path("height").asInt()).isEqualTo(1280);
        assertThat(stream.path("duration").asDouble()).isCloseTo(3, Offset.offset(0.2));
        assertThat(new Film(file).frames()).hasSizeBetween(89, 91);
    }

    @Test
    void servesTheVideoToAGeneratedClient() throws Exception {
        String[] path = video.split("/");
        var jobs = new JobsApi(GeneratedClientIT.clientOf(port, alice.id()));
        File file = jobs.getArtifact(UUID.fromString(path[3]), path[5], null, null, null, null, null);
        assertThat(file).hasSize(output.path("artifacts").path(0).path("bytes").asLong());
    }

    @Test
    void servesAPosterAndCaptions() throws Exception {
        HttpResponse<byte[]> poster = download(alice.request(video.replace("video.mp4", "poster.png")));
        assertThat(poster.headers().firstValue("Content-Type")).hasValue("image/png");
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(poster.body()));
        assertThat(image.getWidth()).isEqualTo(720);
        assertThat(image.getHeight()).isEqualTo(1280);

        HttpResponse<byte[]> captions = download(alice.request(video.replace("video.mp4", "captions.vtt")));
        assertThat(captions.headers().firstValue("Content-Type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("text/vtt"));
        String text = new String(captions.body(), StandardCharsets.UTF_8);
        assertThat(text).startsWith("WEBVTT\n").contains("tide", "-->");
        assertThat(text.lines().filter(line -> line.contains("-->")))
                .isNotEmpty()
                .allMatch(line -> line.matches("00:0\\d:\\d\\d\\.\\d{3} --> 00:0\\d:\\d\\d\\.\\d{3}.*"));
    }

    @Test
    void servesRanges() throws Exception {
        byte[] whole = download(alice.request(video)).body();
        for (String range : List.of("bytes=100-199", "bytes=100-", "bytes=-50")) {
            HttpResponse<byte[]> part = download(alice.request(video).header("Range", range));
            assertThat(part.statusCode()).as(range).isEqualTo(206);
            int start = range.equals("bytes=-50") ? whole.length - 50 : 100;
            int end = range.equals("bytes=100-199") ? 200 : whole.length;
            assertThat(part.body()).isEqualTo(Arrays.copyOfRange(whole, start, end));
            assertThat(part.headers().firstValue("Content-Range"))
                    .hasValue("bytes " + start + "-" + (end - 1) + "/" + whole.length);
        }
        HttpResponse<String> beyond = send(alice.request(video).header("Range", "bytes=" + whole.length + "-"));
        assertThat(beyond.statusCode()).isEqualTo(416);
        assertThat(beyond.headers().firstValue("Content-Range")).hasValue("bytes */" + whole.length);

        HttpResponse<byte[]> head = download(alice.request(video).method("HEAD", BodyPublishers.noBody()));
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
        assertThat(head.headers().firstValueAsLong("Content-Length")).hasValue(whole.length);

        String tag = head.headers().firstValue("ETag").orElseThrow();
        assertThat(alice.get(video, "If-None-Match", tag).statusCode()).isEqualTo(304);
    }

    @Test
    void rejectsAnyoneButTheOwner() throws Exception {
        problem(User.of(port, "mallory").get(video), 403);
        for (String name : List.of("other.mp4", "video.mp4.bak", ".work", "VIDEO.MP4")) {
            problem(alice.get(video.replace("video.mp4", name)), 404);
        }
        for (String trick : List.of("..", "%2e%2e%2fvideo.mp4", "..%2f..%2fetc%2fpasswd", "x%00", "a%5cb", ".")) {
            HttpResponse<String> answer = alice.get(video.replace("video.mp4", trick));
            problem(answer, answer.statusCode());
            assertThat(answer.statusCode()).as(trick).isIn(400, 404);
        }
    }
}
