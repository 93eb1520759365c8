package com.aiprod.pipeline.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArtifactStoreTest {

    @TempDir
    Path root;

    private ArtifactStore store;

    @BeforeEach
    void makeStore() {
        store = new ArtifactStore(root.resolve("artifacts"));
    }

    @Test
    void whatIsDeliveredIsFoundUnderItsAttemptAlone() throws IOException {
        deliver(1, "first");
        deliver(2, "second");

        assertThat(store.find("job", 1, "video.mp4"))
                .hasValueSatisfying(file -> assertThat(file).hasContent("first"));
        assertThat(store.find("job", 2, "video.mp4"))
                .hasValueSatisfying(file -> assertThat(file).hasContent("second"));
        assertThat(store.find("job", 3, "video.mp4")).isEmpty();
        assertThat(root.resolve("artifacts/.work")).isEmptyDirectory();
    }

    @Test
    void anAttemptThatDeliversAgainReplacesItsFiles() throws IOException {
        deliver(1, "once");
        deliver(1, "twice");

        assertThat(store.find("job", 1, "video.mp4"))
                .hasValueSatisfying(file -> assertThat(file).hasContent("twice"));
        assertThat(root.resolve("artifacts/.work")).isEmptyDirectory();
    }

    @Test
    void workIsNotFoundAndStartsEmpty() throws IOException {
        Files.writeString(store.makeWorkFolder("job", 1).resolve("video.mp4"), "half");

        assertThat(store.find("job", 1, "video.mp4")).isEmpty();
        assertThat(store.makeWorkFolder("job", 1)).isEmptyDirectory();
    }

    @Test
    void nothingCanBeDeliveredTwice() throws IOException {
        deliver(1, "once");

        assertThatThrownBy(() -> store.deliver("job", 1)).isInstanceOf(NoSuchFileException.class);
        assertThat(store.find("job", 1, "video.mp4")).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"..", "../secret", "a/b", ".hidden", "", "secret\u0000", "..\\secret"})
    void noNameLeadsOutOfTheStore(String name) throws IOException {
        deliver(1, "x");
        Files.writeString(root.resolve("artifacts/job/secret"), "secret");
        Files.writeString(root.resolve("secret"), "secret");

        assertThat(store.find("job", 1, name)).isEmpty();
        assertThat(store.find(name, 1, "video.mp4")).isEmpty();
    }

    private void deliver(int attempt, String content) throws IOException {
        Files.writeString(store.makeWorkFolder("job", attempt).resolve("video.mp4"), content);
        store.deliver("job", attempt);
    }
}
