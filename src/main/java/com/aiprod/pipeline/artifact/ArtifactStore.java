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
 * Stores the files of jobs: finished files in {@code <root>/<day>/<job>/<attempt>/<name>}, files in progress in
 * {@code <root>/.work/<job>-<attempt>/}. The day (UTC, {@code 2026-11-26}) is the day of submission, which the job's
 * UUIDv7 contains. So no folder holds more than one day's jobs, and a search for expired jobs reads no others. Each
 * attempt has its own folders, so a late worker cannot overwrite the files of a newer attempt.
 *
 * <p>Leaves alone what the store would not create, such as a volume's {@code lost+found}.
 */
@Component
public class ArtifactStore {

    private static final Pattern JOB = Pattern.compile("[A-Za-z0-9][A-Za-z0-9-]{0,63}");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}");

    private static final Pattern UUID_V7 =
            Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
    private static final Pattern WORK =
            Pattern.compile(JOB.pattern() + "-[0-9]{1,10}|(replaced|try)-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    /** The folder for jobs whose ID contains no day, such as those of tests and other programs. */
    private static final String NO_DAY = "undated";

    private static final String WORK_FOLDER = ".work";
    private static final int MOST_LISTED = 100_000;
    private static final int LISTED_AT_A_TIME = 1000;

    private static final Logger LOG = LoggerFactory.getLogger(ArtifactStore.class);

    private final Path root;

    /** Creates a store below one folder; the first file creates the folder. */
    public ArtifactStore(@Value("${aiprod.artifacts-dir}") Path root) {
        this.root = root.toAbsolutePath().normalize();
    }

    /**
     * Finds a delivered file. Returns empty if there is none, or if the store would never write that job ID or name.
     * Never returns a path outside the store.
     */
    public Optional<Path> find(String jobId, int attempt, String name) {
        if (attempt < 0 || !JOB.matcher(jobId).matches() || !NAME.matcher(name).matches()) {
            return Optional.empty();
        }
        return Optional.of(attemptFolder(jobId, attempt).resolve(name)).filter(Files::isRegularFile);
    }

    /** Whether a file can have this name in the store. */
    public static boolean isName(String name) {
        return NAME.matcher(name).matches();
    }

    /** Creates an empty work folder for an attempt; deletes what an earlier run of the same attempt left. */
    public Path makeWorkFolder(String jobId, int attempt) throws IOException {
        discardWork(jobId, attempt);
        return Files.createDirectories(workFolder(jobId, attempt));
    }

    /** Deletes the work folder of an attempt; delivered files stay. */
    public void discardWork(String jobId, int attempt) throws IOException {
        FileSystemUtils.deleteRecursively(workFolder(jobId, attempt));
    }

    /** Moves the whole work folder into place in one step: readers see all of its files or none. */
    public Path deliver(String jobId, int attempt) throws IOException {
        Path from = workFolder(jobId, attempt);
        if (!Files.isDirectory(from)) {
            throw new NoSuchFileException(from.toString());
        }
        Path to = attemptFolder(jobId, attempt);
        Files.createDirectories(to.getParent());
        if (Files.exists(to)) {
            // The same attempt delivered before, but its result was lost.
            Path aside = root.resolve(WORK_FOLDER).resolve("replaced-" + UUID.randomUUID());
            Files.move(to, aside, StandardCopyOption.ATOMIC_MOVE);
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
            FileSystemUtils.deleteRecursively(aside);
        } else {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        }
        return to;
    }

    /** Creates an empty folder for the files that one try of a pipeline stores. */
    Path makeTryFolder() throws IOException {
        return Files.createDirectories(root.resolve(WORK_FOLDER).resolve("try-" + UUID.randomUUID()));
    }

    /**
     * Moves the files of a try into place. The attempt's folder exists if a stage of the same try has delivered into it;
     * nobody reads it before the result of the attempt.
     */
    void deliverTry(Path folder, String jobId, int attempt) throws IOException {
        Path to = attemptFolder(jobId, attempt);
        Files.createDirectories(to.getParent());
        if (!Files.exists(to)) {
            Files.move(folder, to, StandardCopyOption.ATOMIC_MOVE);
            return;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                Files.move(file, to.resolve(file.getFileName()), StandardCopyOption.ATOMIC_MOVE);
            }
        }
        FileSystemUtils.deleteRecursively(folder);
    }

    /**
     * Deletes what a failed try has stored and delivered.
     *
     * @param folder null if it has stored nothing
     */
    void discardTry(Path folder, String jobId, int attempt) throws IOException {
        if (folder != null) {
            FileSystemUtils.deleteRecursively(folder);
        }
        FileSystemUtils.deleteRecursively(attemptFolder(jobId, attempt));
    }

    /** Deletes the delivered files of a job. */
    public void delete(String jobId) throws IOException {
        FileSystemUtils.deleteRecursively(jobFolder(jobId));
    }

    /**
     * Lists jobs that have a folder and were submitted on a day before this age, at most {@value #MOST_LISTED}. Reads
     * only the folders of those days, as the iterator advances, and ignores their content.
     */
    public ExpiredFolders jobsOlderThan(Duration age) throws IOException {
        LocalDate first = LocalDate.ofInstant(Instant.now().minus(age), ZoneOffset.UTC);
        return new ExpiredFolders(root, first, LISTED_AT_A_TIME, MOST_LISTED);
    }

    /**
     * Deletes work folders that have not changed for this time and returns how many. Logs a warning for a folder that
     * it cannot read or delete, and continues with the next.
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
                    LOG.warn("Cannot delete the abandoned work folder {}: {}", folder, e.toString());
                }
            }
        }
        return discarded;
    }

    private static boolean isWork(Path folder) {
        return WORK.matcher(folder.getFileName().toString()).matches()
                && Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS);
    }

    /**
     * The last change of the folder or a file directly in it; now if something vanishes during the check, because a
     * worker is active there.
     */
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

    /** The name of the day folder that contains the job's folder. */
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
            throw new PermanentStageException("JOB_ID_INVALID", "The job ID cannot be used as a folder name");
        }
        return jobId;
    }
}
