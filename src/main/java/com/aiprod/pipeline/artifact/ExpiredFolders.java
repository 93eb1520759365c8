package com.aiprod.pipeline.artifact;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Queue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The IDs of jobs that have a folder in the store and were submitted before a given day, in batches that are read from
 * disk on demand. Deletes day folders that have become empty. Logs a warning for a day folder that it cannot read, and
 * continues with the next.
 */
public final class ExpiredFolders implements Iterator<List<String>>, Closeable {

    private static final Logger LOG = LoggerFactory.getLogger(ExpiredFolders.class);

    private final Queue<Path> days;
    private final int atATime;
    private int left;
    private DirectoryStream<Path> open;
    private Iterator<Path> entries;
    private Path day;
    private boolean empty;
    private List<String> next = List.of();

    /**
     * @param root the folder that contains the day folders
     * @param before the first day that has not expired
     * @param atATime IDs per batch
     * @param most limit for the folders read in total
     * @throws IOException if {@code root} cannot be read
     */
    ExpiredFolders(Path root, LocalDate before, int atATime, int most) throws IOException {
        this.days = daysBefore(before, root);
        this.atATime = atATime;
        this.left = most;
    }

    /** In random order: if one round cannot cover all folders, every day still gets its turn in a later round. */
    private static Queue<Path> daysBefore(LocalDate limit, Path root) throws IOException {
        List<Path> days = new ArrayList<>();
        if (Files.isDirectory(root)) {
            try (DirectoryStream<Path> all = Files.newDirectoryStream(root, folder -> isBefore(limit, folder))) {
                all.forEach(days::add);
            } catch (DirectoryIteratorException e) {
                throw e.getCause();
            }
        }
        Collections.shuffle(days);
        return new ArrayDeque<>(days);
    }

    private static boolean isBefore(LocalDate limit, Path folder) {
        try {
            return LocalDate.parse(folder.getFileName().toString()).isBefore(limit);
        } catch (DateTimeException e) {
            return false;
        }
    }

    @Override
    public boolean hasNext() {
        while (next.isEmpty() && left > 0 && (open != null || openNextDay())) {
            next = readSome();
        }
        if (next.isEmpty()) {
            close();
        }
        return !next.isEmpty();
    }

    @Override
    public List<String> next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        List<String> ids = next;
        next = List.of();
        return ids;
    }

    /**
     * Returns false when no day is left. The stream is closed at the end of the day, at the limit, or by the caller.
     */
    @SuppressWarnings("StreamResourceLeak")
    private boolean openNextDay() {
        while (open == null && !days.isEmpty()) {
            day = days.remove();
            try {
                open = Files.newDirectoryStream(day);
                entries = open.iterator();
                empty = true;
            } catch (IOException e) {
                warn(e);
            }
        }
        return open != null;
    }

    private List<String> readSome() {
        List<String> ids = new ArrayList<>();
        try {
            while (ids.size() < atATime && left > 0) {
                if (!entries.hasNext()) {
                    close();
                    deleteIfEmpty();
                    break;
                }
                String id = entries.next().getFileName().toString();
                left--;
                empty = false;
                if (ArtifactStore.day(id).equals(day.getFileName().toString())) {
                    ids.add(id);
                }
            }
        } catch (DirectoryIteratorException e) {
            warn(e.getCause());
            close();
        }
        return ids;
    }

    private void deleteIfEmpty() {
        try {
            if (empty) {
                Files.deleteIfExists(day);
            }
        } catch (DirectoryNotEmptyException e) {
            // A late delivery arrived after the check.
        } catch (IOException e) {
            LOG.warn("Cannot delete the empty folder {}: {}", day, e.toString());
        }
    }

    private void warn(IOException fault) {
        if (!(fault instanceof NoSuchFileException)) {
            LOG.warn("Cannot read the folder {}: {}", day, fault.toString());
        }
    }

    @Override
    public void close() {
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                warn(e);
            }
            open = null;
        }
    }
}
