package com.aiprod.pipeline.pipeline;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import org.springframework.util.FileSystemUtils;

/**
 * Where the files of jobs lie: {@code <root>/<job>/<attempt>/<name>} once they are whole, {@code
 * <root>/.work/<job>-<attempt>/} while they are made. Each attempt has folders of its own, so that a worker that comes
 * late overwrites nothing of a newer attempt.
 */
@Component
public class ArtifactStore {

    private static final Pattern JOB = Pattern.compile("[A-Za-z0-9][A-Za-z0-9-]{0,63}");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}");

    private static final Pattern UUID_NAME = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    private static final int LISTED = 1000;

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
    Path makeWorkFolder(String jobId, int attempt) throws IOException {
        discardWork(jobId, attempt);
        return Files.createDirectories(workFolder(jobId, attempt));
    }

    /** Forgets what an attempt has worked on; delivered files stay. */
    void discardWork(String jobId, int attempt) throws IOException {
        FileSystemUtils.deleteRecursively(workFolder(jobId, attempt));
    }

    /** Puts the whole work folder in place in one step: readers see all of its files or none. */
    Path deliver(String jobId, int attempt) throws IOException {
        Path from = workFolder(jobId, attempt);
        if (!Files.isDirectory(from)) {
            throw new NoSuchFileException(from.toString());
        }
        Path to = attemptFolder(jobId, attempt);
        Files.createDirectories(to.getParent());
        if (Files.exists(to)) {
            // The same attempt delivered before, and then its result was lost on the way.
            Path aside = root.resolve(".work").resolve("replaced-" + UUID.randomUUID());
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
        FileSystemUtils.deleteRecursively(root.resolve(checked(jobId)));
    }

    /** Jobs with a folder that nothing was delivered to for so long, up to {@value #LISTED}; only ids that are UUIDs. */
    public List<String> jobsOlderThan(Duration age) throws IOException {
        Instant limit = Instant.now().minus(age);
        return untouchedSince(limit, root)
                .map(folder -> folder.getFileName().toString())
                .filter(name -> UUID_NAME.matcher(name).matches())
                .limit(LISTED)
                .toList();
    }

    /** Deletes work folders in which nothing was made or changed for so long; answers how many. */
    public int discardWorkOlderThan(Duration age) throws IOException {
        List<Path> abandoned =
                untouchedSince(Instant.now().minus(age), root.resolve(".work")).toList();
        for (Path folder : abandoned) {
            FileSystemUtils.deleteRecursively(folder);
        }
        return abandoned.size();
    }

    /** Folders in which neither the folder itself nor what lies in it directly has changed since. */
    private static Stream<Path> untouchedSince(Instant limit, Path parent) throws IOException {
        List<Path> untouched = new ArrayList<>();
        if (Files.isDirectory(parent)) {
            try (DirectoryStream<Path> folders = Files.newDirectoryStream(parent, Files::isDirectory)) {
                for (Path folder : folders) {
                    if (lastChange(folder).isBefore(limit)) {
                        untouched.add(folder);
                    }
                }
            }
        }
        return untouched.stream();
    }

    /** Now for what vanishes while it is looked at: somebody is busy there. */
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

    private Path attemptFolder(String jobId, int attempt) {
        return root.resolve(checked(jobId)).resolve(Integer.toString(attempt));
    }

    private Path workFolder(String jobId, int attempt) {
        return root.resolve(".work").resolve(checked(jobId) + "-" + attempt);
    }

    private static String checked(String jobId) {
        if (!JOB.matcher(jobId).matches()) {
            throw new PermanentStageException("JOB_ID_INVALID", "The job's id cannot name a folder");
        }
        return jobId;
    }
}
