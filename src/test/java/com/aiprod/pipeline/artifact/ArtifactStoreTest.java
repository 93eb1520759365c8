package com.aiprod.pipeline.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.aiprod.pipeline.Undeletable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class ArtifactStoreTest {

    /** A UUIDv7 of 2026-11-26T12:00:00Z. */
    private static final String NOON = "01a217ba-1200-7000-8000-00000000000a";

    @TempDir
    Path root;

    private ArtifactStore store;

    @BeforeEach
    void createStore() {
        store = new ArtifactStore(root.resolve("artifacts"));
    }

    @Test
    void findsADeliveredFileUnderItsAttemptOnly() throws IOException {
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
    void replacesTheFilesWhenAnAttemptDeliversAgain() throws IOException {
        deliver(1, "once");
        deliver(1, "twice");

        assertThat(store.find("job", 1, "video.mp4"))
                .hasValueSatisfying(file -> assertThat(file).hasContent("twice"));
        assertThat(root.resolve("artifacts/.work")).isEmptyDirectory();
    }

    @Test
    void hidesWorkFilesAndStartsWithAnEmptyFolder() throws IOException {
        Files.writeString(store.makeWorkFolder("job", 1).resolve("video.mp4"), "half");

        assertThat(store.find("job", 1, "video.mp4")).isEmpty();
        assertThat(store.makeWorkFolder("job", 1)).isEmptyDirectory();
    }

    @Test
    void deliversAWorkFolderOnce() throws IOException {
        deliver(1, "once");

        assertThatThrownBy(() -> store.deliver("job", 1)).isInstanceOf(NoSuchFileException.class);
        assertThat(store.find("job", 1, "video.mp4")).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"..", "../secret", "a/b", ".hidden", "", "secret\u0000", "..\\secret"})
    void noNameEscapesTheStore(String name) throws IOException {
        deliver(1, "x");
        Files.writeString(root.resolve("artifacts/undated/job/secret"), "secret");
        Files.writeString(root.resolve("secret"), "secret");

        assertThat(store.find("job", 1, name)).isEmpty();
        assertThat(store.find(name, 1, "video.mp4")).isEmpty();
    }

    @Test
    void storesAJobUnderTheDayInItsId() throws IOException {
        Path made = store.makeWorkFolder(NOON, 1);
        Files.writeString(made.resolve("video.mp4"), "x");

        assertThat(store.deliver(NOON, 1)).isEqualTo(root.resolve("artifacts/2026-11-26/" + NOON + "/1"));
        assertThat(store.find(NOON, 1, "video.mp4")).isPresent();
        store.delete(NOON);
        assertThat(root.resolve("artifacts/2026-11-26")).isEmptyDirectory();
    }

    @Test
    void listsTheJobsOfOldDaysAndOpensNoOtherFolder(CapturedOutput output) throws IOException {
        LocalDate first = LocalDate.parse("2026-10-27");
        Set<String> old = new HashSet<>();
        for (int days = -3; days < 0; days++) {
            for (int i = 0; i < 700; i++) {
                old.add(jobFolder(first.plusDays(days)));
            }
        }
        for (int i = 0; i < 5_000; i++) {
            jobFolder(first.plusDays(1));
        }
        Files.createDirectories(root.resolve("artifacts/lost+found"));
        Files.createDirectories(root.resolve("artifacts/2026-10-24/lost+found"));
        Files.createDirectories(root.resolve("artifacts/undated/job"));
        // Opening these files would log an error.
        for (int days = 2; days < 32; days++) {
            Files.createFile(root.resolve("artifacts/" + first.plusDays(days)));
        }

        List<List<String>> lists = list(new ExpiredFolders(root.resolve("artifacts"), first, 100, 10_000));

        assertThat(lists).allMatch(ids -> ids.size() <= 100);
        assertThat(lists.stream().flatMap(List::stream)).containsExactlyInAnyOrderElementsOf(old);
        assertThat(output).doesNotContain("cannot be read");
    }

    @Test
    void listsUpToTheLimitAndSkipsUnreadableFolders(CapturedOutput output) throws IOException {
        LocalDate first = LocalDate.parse("2026-10-27");
        for (int i = 0; i < 40; i++) {
            jobFolder(first.minusDays(1 + i % 4));
        }
        Path unreadable = Files.createFile(root.resolve("artifacts/2026-01-01"));

        assertThat(list(new ExpiredFolders(root.resolve("artifacts"), first, 8, 25)).stream()
                        .flatMap(List::stream))
                .hasSize(25);
        assertThat(list(new ExpiredFolders(root.resolve("artifacts"), first, 8, 1000)).stream()
                        .flatMap(List::stream))
                .hasSize(40);
        assertThat(output).contains("Cannot read the folder " + unreadable + ": java.nio.file.NotDirectoryException: ");
    }

    @Test
    void deletesAnEmptyOldDay() throws IOException {
        Path old = Files.createDirectories(root.resolve("artifacts/2026-10-01"));
        Path kept = Files.createDirectories(root.resolve("artifacts/2026-10-27"));

        assertThat(list(new ExpiredFolders(root.resolve("artifacts"), LocalDate.parse("2026-10-27"), 10, 10)))
                .isEmpty();
        assertThat(old).doesNotExist();
        assertThat(kept).isDirectory();
        assertThat(list(new ExpiredFolders(root.resolve("nowhere"), LocalDate.parse("2026-10-27"), 10, 10)))
                .isEmpty();
    }

    @Test
    void deletesAbandonedWorkDespiteOtherEntries(CapturedOutput output) throws IOException {
        Path work = root.resolve("artifacts/.work");
        Path abandoned = age(Files.createDirectories(work.resolve(NOON + "-1")));
        Path others = age(Files.createDirectories(work.resolve("lost+found")));
        Path busy = Files.createDirectories(work.resolve(NOON + "-2"));
        Path stuck = work.resolve(NOON + "-3");
        try (var undeletable = Undeletable.make(stuck)) {
            age(stuck.resolve("outer"));
            age(undeletable.folder());
            store.discardWorkOlderThan(Duration.ofHours(1));
        }

        assertThat(abandoned).doesNotExist();
        assertThat(others).isDirectory();
        assertThat(busy).isDirectory();
        assertThat(output).contains("Cannot delete the abandoned work folder " + stuck + ": java.nio.file.");
    }

    private static Path age(Path folder) throws IOException {
        return Files.setLastModifiedTime(folder, FileTime.from(Instant.now().minus(Duration.ofDays(2))));
    }

    private static List<List<String>> list(ExpiredFolders jobs) {
        List<List<String>> all = new ArrayList<>();
        jobs.forEachRemaining(all::add);
        return all;
    }

    /** Creates a job's folder under the day of its submission and returns the job's ID. */
    private String jobFolder(LocalDate day) throws IOException {
        long millis = day.atTime(12, 0).toInstant(ZoneOffset.UTC).toEpochMilli();
        String hex = HexFormat.of().toHexDigits(millis).substring(4);
        String random = UUID.randomUUID().toString().substring(15);
        String id = hex.substring(0, 8) + "-" + hex.substring(8) + "-7" + random;
        Files.createDirectories(
                root.resolve("artifacts").resolve(day.toString()).resolve(id));
        return id;
    }

    private void deliver(int attempt, String content) throws IOException {
        Files.writeString(store.makeWorkFolder("job", attempt).resolve("video.mp4"), content);
        store.deliver("job", attempt);
    }
}
