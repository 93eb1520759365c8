package com.aiprod.pipeline.video;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

/**
 * FFmpeg's programs and libraries as Bytedeco packages them for JavaCPP, which would load them into this process. Here
 * they are unpacked to files and run as separate processes.
 */
final class BundledFfmpeg {

    private static final String FILES = "classpath*:org/bytedeco/ffmpeg/*-gpl/*";

    /**
     * Libraries for screens, sound, and graphics cards, which the linker requires before the program starts. A machine
     * without a screen lacks them, and FFmpeg never calls them here, so any library can stand in for them.
     */
    private static final List<String> STAND_INS = List.of(
            "libasound.so.2",
            "libdrm.so.2",
            "libpulse.so.0",
            "libudev.so.1",
            "libva-drm.so.2",
            "libva.so.2",
            "libxcb-shm.so.0",
            "libxcb.so.1");

    /**
     * Stand-in candidates; the first one present is used. They are small, and their symbols have no versions for the
     * linker to compare.
     */
    private static final List<String> SUBSTITUTES = List.of("libdrm.so.2", "libvcos.so");

    private final Map<String, Resource> files = new TreeMap<>();
    private final Map<String, Long> sizes = new TreeMap<>();

    /** Finds the files on the class path. */
    BundledFfmpeg() throws IOException {
        for (Resource file : new PathMatchingResourcePatternResolver().getResources(FILES)) {
            String name = file.getFilename();
            // JavaCPP's own libraries are only for in-process use.
            if (name != null && !name.startsWith("libjni") && !name.startsWith("jni") && file.isReadable()) {
                files.put(name, file);
                sizes.put(name, file.contentLength());
            }
        }
    }

    /**
     * Unpacks missing files into a folder below the parent; safe for concurrent processes.
     *
     * @return the path of the program
     * @throws NoSuchFileException if the class path has no FFmpeg
     */
    Path unpack(Path parent) throws IOException {
        String program = files.containsKey("ffmpeg.exe") ? "ffmpeg.exe" : "ffmpeg";
        if (!files.containsKey(program)) {
            throw new NoSuchFileException(FILES);
        }
        // A different version has different file sizes, and so a different folder.
        UUID version = UUID.nameUUIDFromBytes(sizes.toString().getBytes(StandardCharsets.UTF_8));
        Path folder = Files.createDirectories(parent.resolve("ffmpeg-" + version));
        for (Map.Entry<String, Resource> file : files.entrySet()) {
            Path target = folder.resolve(file.getKey());
            if (!Files.exists(target) || Files.size(target) != sizes.get(file.getKey())) {
                Path half = Files.createTempFile(folder, "half-", "");
                try (InputStream in = file.getValue().getInputStream()) {
                    Files.copy(in, half, StandardCopyOption.REPLACE_EXISTING);
                    makeExecutable(half);
                    Files.move(half, target, StandardCopyOption.ATOMIC_MOVE);
                } finally {
                    Files.deleteIfExists(half);
                }
            }
        }
        Optional<String> substitute =
                SUBSTITUTES.stream().filter(files::containsKey).findFirst();
        if (substitute.isPresent()) {
            for (String standIn : STAND_INS) {
                if (!Files.exists(folder.resolve(standIn))) {
                    link(folder.resolve(standIn), substitute.get());
                }
            }
        }
        return folder.resolve(program);
    }

    private static void link(Path link, String target) throws IOException {
        try {
            Files.createSymbolicLink(link, Path.of(target));
        } catch (FileAlreadyExistsException e) {
            // Another process was faster.
        }
    }

    private static void makeExecutable(Path file) throws IOException {
        if (!file.toFile().setExecutable(true)) {
            throw new IOException("Cannot make the file executable: " + file);
        }
    }
}
