package com.aiprod.pipeline.bench.image;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** An image written by {@code jib:buildTar}. */
public final class ImageTar {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Map<String, byte[]> blobs = new HashMap<>();
    private final JsonNode config;
    private final List<String> layers;

    /** Reads it into memory. */
    public ImageTar(Path tar) throws IOException {
        try (TarArchiveInputStream entries =
                new TarArchiveInputStream(new BufferedInputStream(Files.newInputStream(tar)))) {
            for (TarArchiveEntry entry = entries.getNextEntry(); entry != null; entry = entries.getNextEntry()) {
                blobs.put(entry.getName(), entries.readAllBytes());
            }
        }
        Manifest image = manifest();
        config = JSON.readTree(blobs.get(image.config()));
        layers = image.layers();
    }

    /** Docker's format lists everything in manifest.json; OCI's format refers to it by digests from index.json. */
    private Manifest manifest() throws IOException {
        if (blobs.containsKey("manifest.json")) {
            JsonNode manifest = JSON.readTree(blobs.get("manifest.json")).get(0);
            return new Manifest(
                    manifest.path("Config").asText(),
                    StreamSupport.stream(manifest.path("Layers").spliterator(), false)
                            .map(JsonNode::asText)
                            .toList());
        }
        JsonNode index = JSON.readTree(blobs.get("index.json"));
        JsonNode manifest =
                JSON.readTree(blobs.get(blob(index.at("/manifests/0/digest").asText())));
        return new Manifest(
                blob(manifest.at("/config/digest").asText()),
                manifest.path("layers").findValuesAsText("digest").stream()
                        .map(ImageTar::blob)
                        .toList());
    }

    private static String blob(String digest) {
        return "blobs/" + digest.replace(':', '/');
    }

    /** Returns the run configuration: user, entry point, ports. */
    public JsonNode runConfig() {
        return config.path("config");
    }

    /** Returns the creation time in the image. */
    public String created() {
        return config.path("created").asText();
    }

    /** Returns the command of a container. */
    public List<String> entrypoint() {
        return StreamSupport.stream(runConfig().path("Entrypoint").spliterator(), false)
                .map(JsonNode::asText)
                .toList();
    }

    /** Returns the layers, lowest first. */
    public List<Layer> layers() throws IOException {
        List<Layer> read = new ArrayList<>();
        for (String name : layers) {
            List<TarArchiveEntry> entries = new ArrayList<>();
            try (TarArchiveInputStream layer = open(name)) {
                for (TarArchiveEntry entry = layer.getNextEntry(); entry != null; entry = layer.getNextEntry()) {
                    entries.add(entry);
                }
            }
            read.add(new Layer(blobs.get(name).length, entries));
        }
        return read;
    }

    /** Extracts all files into a folder, with their times and executable bits. */
    public void extract(Path root) throws IOException {
        for (String name : layers) {
            try (TarArchiveInputStream layer = open(name)) {
                for (TarArchiveEntry entry = layer.getNextEntry(); entry != null; entry = layer.getNextEntry()) {
                    Path path = root.resolve(entry.getName().replaceFirst("^/", ""));
                    if (entry.isDirectory()) {
                        Files.createDirectories(path);
                    } else if (entry.isFile()) {
                        Files.createDirectories(path.getParent());
                        Files.copy(layer, path);
                        if ((entry.getMode() & 0100) != 0 && !path.toFile().setExecutable(true, false)) {
                            throw new IOException(path + " cannot be made executable");
                        }
                        Files.setLastModifiedTime(path, entry.getLastModifiedTime());
                    }
                }
            }
        }
    }

    private TarArchiveInputStream open(String layer) throws IOException {
        byte[] bytes = blobs.get(layer);
        InputStream content = new ByteArrayInputStream(bytes);
        boolean compressed = bytes.length > 1 && (bytes[0] & 0xff) == 0x1f && (bytes[1] & 0xff) == 0x8b;
        return new TarArchiveInputStream(compressed ? new GZIPInputStream(content) : content);
    }

    /**
     * A layer of the image.
     *
     * @param bytes the compressed size, as pulled
     * @param entries its entries
     */
    public record Layer(long bytes, List<TarArchiveEntry> entries) {}

    private record Manifest(String config, List<String> layers) {}
}
