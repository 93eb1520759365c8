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
 * FFmpeg's programs and their libraries, as Bytedeco packs them for JavaCPP, which would load them into this process.
 * Here they lie in files and run in processes of their own.
 */
final class BundledFfmpeg {

    private static final String FILES = "classpath*:org/bytedeco/ffmpeg/*-gpl/*";

    /**
     * What FFmpeg's screens, sound and graphics cards would call, and the linker asks for before the program starts. A
     * machine without a screen has none of these, and no call to them is made: any library will do in their place.
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

    /** Small, and their symbols have no versions, which the linker would compare: the first one that is there. */
    private static final List<String> IN_THEIR_PLACE = List.of("libdrm.so.2", "libvcos.so");

    private final Map<String, Resource> files = new TreeMap<>();
    private final Map<String, Long> sizes = new TreeMap<>();

    /** Finds them on the class path. */
    BundledFfmpeg() throws IOException {
        for (Resource file : new PathMatchingResourcePatternResolver().getResources(FILES)) {
            String name = file.getFilename();
            // JavaCPP's own libraries are for the other way.
            if (name != null && !name.startsWith("libjni") && !name.startsWith("jni") && file.isReadable()) {
                files.put(name, file);
                sizes.put(name, file.contentLength());
            }
        }
    }

    /**
     * Puts what is missing into a folder below this one; several processes may do so at a time.
     *
     * @return where the program lies
     * @throws NoSuchFileException where the class path has no FFmpeg
     */
    Path unpack(Path parent) throws IOException {
        String program = files.containsKey("ffmpeg.exe") ? "ffmpeg.exe" : "ffmpeg";
        if (!files.containsKey(program)) {
            throw new NoSuchFileException(FILES);
        }
        // Another version has other sizes, and so another folder.
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
        Optional<String> inTheirPlace =
                IN_THEIR_PLACE.stream().filter(files::containsKey).findFirst();
        if (inTheirPlace.isPresent()) {
            for (String standIn : STAND_INS) {
                if (!Files.exists(folder.resolve(standIn))) {
                    link(folder.resolve(standIn), inTheirPlace.get());
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
