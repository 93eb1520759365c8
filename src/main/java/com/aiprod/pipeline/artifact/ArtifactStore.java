package com.aiprod.pipeline.artifact;

import com.aiprod.pipeline.stage.PermanentStageException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import org.springframework.util.FileSystemUtils;

/**
 * Where the files of jobs lie: {@code <root>/<day>/<job>/<attempt>/<name>} once they are whole, {@code
 * <root>/.work/<job>-<attempt>/} while they are made. The day (UTC, {@code 2026-11-26}) is when the job was submitted,
 * which its UUIDv7 holds; so no folder holds more than a day's jobs, and what is old is found without a look at what is
 * not. Each attempt has folders of its own, so that a worker that comes late overwrites nothing of a newer attempt.
 *
 * <p>What this store would not have made, such as the {@code lost+found} of a volume, is left alone.
 */
@Component
public class ArtifactStore {

    private static final Pattern JOB = Pattern.compile("[A-Za-z0-9][A-Za-z0-9-]{0,63}");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}");

    private static final Pattern UUID_V7 =
            Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
    private static final Pattern WORK =
            Pattern.compile(JOB.pattern() + "-[0-9]{1,10}|replaced-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    /** Where the files of a job lie whose id tells no day: a test's, or another program's. */
    private static final String NO_DAY = "undated";

    private static final String WORK_FOLDER = ".work";
    private static final int MOST_LISTED = 100_000;
    private static final int LISTED_AT_A_TIME = 1000;

    private static final Logger LOG = LoggerFactory.getLogger(ArtifactStore.class);

    private final Path root;

    /** A store below one folder, which is made when the first file comes. */
    public ArtifactStore(@Value("${aiprod.artifacts-dir}") Path root) {
        this.root = root.toAbsolutePath().normalize();
    }

    /**
     * A delivered file, or empty where there is none, or where the job or the name is none that this store would write;
     * never a path outside the store.
     */
    public Optional<Path> find(String jobId, int attempt, String name) {
        if (attempt < 0 || !JOB.matcher(jobId).matches() || !NAME.matcher(name).matches()) {
            return Optional.empty();
        }
        return Optional.of(attemptFolder(jobId, attempt).resolve(name)).filter(Files::isRegularFile);
    }

    /** An empty folder for an attempt to work in; what an earlier run of the same attempt left is gone. */
    public Path makeWorkFolder(String jobId, int attempt) throws IOException {
        discardWork(jobId, attempt);
        return Files.createDirectories(workFolder(jobId, attempt));
    }

    /** Forgets what an attempt has worked on; delivered files stay. */
    public void discardWork(String jobId, int attempt) throws IOException {
        FileSystemUtils.deleteRecursively(workFolder(jobId, attempt));
    }

    /** Puts the whole work folder in place in one step: readers see all of its files or none. */
    public Path deliver(String jobId, int attempt) throws IOException {
        Path from = workFolder(jobId, attempt);
        if (!Files.isDirectory(from)) {
            throw new NoSuchFileException(from.toString());
        }
        Path to = attemptFolder(jobId, attempt);
        Files.createDirectories(to.getParent());
        if (Files.exists(to)) {
            // The same attempt delivered before, and then its result was lost on the way.
            Path aside = root.resolve(WORK_FOLDER).resolve("replaced-" + UUID.randomUUID());
            Files.move(to, aside, StandardCopyOption.ATOMIC_MOVE);
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
            FileSystemUtils.deleteRecursively(aside);
        } else {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        }
        return to;
    }

    /** Deletes what was delivered for a job. */
    public void delete(String jobId) throws IOException {
        FileSystemUtils.deleteRecursively(jobFolder(jobId));
    }

    /**
     * Jobs that have a folder and were submitted longer ago, up to {@value #MOST_LISTED} of them. It reads the folders of
     * those days alone, as the iterator goes on, and asks nothing about what lies in them.
     */
    public ExpiredFolders jobsOlderThan(Duration age) throws IOException {
        LocalDate first = LocalDate.ofInstant(Instant.now().minus(age), ZoneOffset.UTC);
        return new ExpiredFolders(root, first, LISTED_AT_A_TIME, MOST_LISTED);
    }

    /**
     * Deletes work folders in which nothing was made or changed for so long; answers how many. One that cannot be read or
     * deleted is told in a warning and keeps no other.
     */
    public int discardWorkOlderThan(Duration age) throws IOException {
        Instant limit = Instant.now().minus(age);
        Path work = root.resolve(WORK_FOLDER);
        if (!Files.isDirectory(work)) {
            return 0;
        }
        int discarded = 0;
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(work, ArtifactStore::isWork)) {
            for (Path folder : folders) {
                try {
                    if (lastChange(folder).isBefore(limit) && FileSystemUtils.deleteRecursively(folder)) {
                        discarded++;
                    }
                } catch (IOException e) {
                    LOG.warn("Abandoned work in {} cannot be deleted: {}", folder, e.toString());
                }
            }
        }
        return discarded;
    }

    private static boolean isWork(Path folder) {
        return WORK.matcher(folder.getFileName().toString()).matches()
                && Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS);
    }

    /** Of the folder and of what lies in it directly; now for what vanishes meanwhile: somebody is busy there. */
    private static Instant lastChange(Path folder) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            Instant last = Files.getLastModifiedTime(folder).toInstant();
            for (Path file : files) {
                Instant changed = Files.getLastModifiedTime(file).toInstant();
                last = changed.isAfter(last) ? changed : last;
            }
            return last;
        } catch (NoSuchFileException e) {
            return Instant.now();
        }
    }

    /** The name of the folder that a job's folder lies in. */
    static String day(String jobId) {
        if (!UUID_V7.matcher(jobId).matches()) {
            return NO_DAY;
        }
        long millis = Long.parseLong(jobId.substring(0, 8) + jobId.substring(9, 13), 16);
        return LocalDate.ofInstant(Instant.ofEpochMilli(millis), ZoneOffset.UTC).toString();
    }

    private Path jobFolder(String jobId) {
        return root.resolve(day(checked(jobId))).resolve(jobId);
    }

    private Path attemptFolder(String jobId, int attempt) {
        return jobFolder(jobId).resolve(Integer.toString(attempt));
    }

    private Path workFolder(String jobId, int attempt) {
        return root.resolve(WORK_FOLDER).resolve(checked(jobId) + "-" + attempt);
    }

    private static String checked(String jobId) {
        if (!JOB.matcher(jobId).matches()) {
            throw new PermanentStageException("JOB_ID_INVALID", "The job's id cannot name a folder");
        }
        return jobId;
    }
}
