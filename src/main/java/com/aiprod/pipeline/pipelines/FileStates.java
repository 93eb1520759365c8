package com.aiprod.pipeline.pipelines;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells cheaply whether files have changed, where file-system events would miss it: a mounted ConfigMap is a link. */
public final class FileStates {

    private static final Logger LOG = LoggerFactory.getLogger(FileStates.class);
    private static final int DEPTH = 4;

    private FileStates() {}

    /**
     * Returns the size, time, and real place of each file below some folders. A folder that does not exist has none.
     *
     * @return equal if nothing has changed
     */
    public static Map<Path, String> of(List<Path> folders) {
        Map<Path, String> seen = new TreeMap<>();
        for (Path folder : folders) {
            if (!Files.isDirectory(folder)) {
                continue;
            }
            try (Stream<Path> files = Files.walk(folder, DEPTH, FileVisitOption.FOLLOW_LINKS)) {
                files.filter(Files::isRegularFile).forEach(file -> seen.put(file, describe(file)));
            } catch (IOException | UncheckedIOException e) {
                // A file vanished while the folder was read: the next poll sees it settled.
                LOG.debug("Cannot read {}", folder, e);
                seen.put(folder, e.toString());
            }
        }
        return seen;
    }

    private static String describe(Path file) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return file.toRealPath() + " " + attributes.size() + " " + attributes.lastModifiedTime();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
