package com.aiprod.pipeline.artifact;

import com.aiprod.pipeline.stage.PermanentStageException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.camel.Exchange;

/**
 * The files that one try of a pipeline stores with {@code artifact:}. They follow the try's exchange as a property.
 * Clients see all of them once the try has succeeded, or none.
 */
public final class StoredArtifacts {

    /** The error code of a file that cannot be stored. */
    public static final String CODE = "ARTIFACT_INVALID";

    private static final String PROPERTY = "storedArtifacts";
    private static final String ARTIFACTS = "artifacts";
    private static final String NAME = "name";
    private static final int MAX_FILES = 100;
    private static final int BUFFER_BYTES = 64 * 1024;

    private final ArtifactStore store;
    private final String jobId;
    private final int attempt;
    /** By name, in the order of their first storing. */
    private final Map<String, Map<String, Object>> files = new LinkedHashMap<>();

    private Path folder;
    private boolean ended;

    private StoredArtifacts(ArtifactStore store, String jobId, int attempt) {
        this.store = store;
        this.jobId = jobId;
        this.attempt = attempt;
    }

    /** Begins a try without files, which follows this exchange and the copies that Camel makes of it. */
    public static StoredArtifacts follow(Exchange exchange, ArtifactStore store, String jobId, int attempt) {
        StoredArtifacts artifacts = new StoredArtifacts(store, jobId, attempt);
        exchange.setProperty(PROPERTY, artifacts);
        return artifacts;
    }

    /** @throws IllegalStateException if the exchange belongs to no try */
    static StoredArtifacts of(Exchange exchange) {
        StoredArtifacts artifacts = exchange.getProperty(PROPERTY, StoredArtifacts.class);
        if (artifacts == null) {
            throw new IllegalStateException("Only a pipeline can store an artifact");
        }
        return artifacts;
    }

    /**
     * Stores a file. A later file of the same name replaces it.
     *
     * @param type its media type
     * @param content is read to its end and stays open
     * @param maxBytes the limit of its size
     * @return the stored file, which can be read until the try ends
     * @throws PermanentStageException {@value #CODE} if it is too large, or {@value StorageFull#CODE}
     * @throws IOException if the content cannot be read, or the file cannot be written for another reason
     */
    Path store(String name, String type, InputStream content, long maxBytes) throws Exception {
        Path part = newPart(name);
        try {
            long bytes = write(content, part, name, maxBytes);
            return keep(name, type, part, bytes);
        } catch (IOException e) {
            throw StorageFull.named(e);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    private synchronized Path newPart(String name) throws IOException {
        refuseAfterEnd();
        if (files.size() >= MAX_FILES && !files.containsKey(name)) {
            throw new PermanentStageException(
                    CODE, "'%s' is one artifact too many: at most %s.".formatted(name, MAX_FILES));
        }
        if (folder == null) {
            folder = store.makeTryFolder();
        }
        return folder.resolve(".part-" + UUID.randomUUID());
    }

    private long write(InputStream content, Path part, String name, long maxBytes) throws IOException {
        long bytes = 0;
        byte[] buffer = new byte[BUFFER_BYTES];
        try (OutputStream file = Files.newOutputStream(part)) {
            for (int read = content.read(buffer); read >= 0; read = content.read(buffer)) {
                bytes += read;
                if (bytes > maxBytes) {
                    throw new PermanentStageException(
                            CODE, "The artifact '%s' is larger than %s bytes.".formatted(name, maxBytes));
                }
                if (Thread.currentThread().isInterrupted()) {
                    throw new InterruptedIOException("Stopped while the artifact '%s' was stored".formatted(name));
                }
                file.write(buffer, 0, read);
            }
        }
        return bytes;
    }

    private synchronized Path keep(String name, String type, Path part, long bytes) throws IOException {
        refuseAfterEnd();
        Path file = folder.resolve(name);
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        Map<String, Object> artifact = new LinkedHashMap<>();
        artifact.put(NAME, name);
        artifact.put("type", type);
        artifact.put("bytes", bytes);
        artifact.put("url", "/pipeline/job/" + jobId + "/artifacts/" + name);
        files.put(name, artifact);
        return file;
    }

    private void refuseAfterEnd() {
        if (ended) {
            throw new IllegalStateException("The try that stores this artifact has ended");
        }
    }

    /**
     * Adds the files to the output of the pipeline: under {@code artifacts}, after those that the pipeline lists itself.
     * A stored file replaces a listed one of the same name.
     *
     * @param output is not changed
     * @throws PermanentStageException {@value #CODE} if the output has something else under {@code artifacts}
     */
    public synchronized Map<String, Object> addTo(Map<String, Object> output) {
        if (files.isEmpty()) {
            return output;
        }
        List<Object> all = new ArrayList<>();
        Object listed = output.get(ARTIFACTS);
        if (listed instanceof List<?> list) {
            list.stream()
                    .filter(item -> !(item instanceof Map<?, ?> map && files.containsKey(map.get(NAME))))
                    .forEach(all::add);
        } else if (listed != null) {
            throw new PermanentStageException(
                    CODE, "output.artifacts is not a list, and the stored artifacts cannot be added to it.");
        }
        all.addAll(files.values());
        Map<String, Object> added = new LinkedHashMap<>(output);
        added.put(ARTIFACTS, all);
        return added;
    }

    /** Moves the files into place, and ends the try. */
    public synchronized void deliver() throws IOException {
        refuseAfterEnd();
        ended = true;
        if (folder != null) {
            store.deliverTry(folder, jobId, attempt);
        }
    }

    /** Deletes the files of a failed try, delivered ones too, and ends the try. Can be called more than once. */
    public synchronized void discard() throws IOException {
        ended = true;
        store.discardTry(folder, jobId, attempt);
    }
}
