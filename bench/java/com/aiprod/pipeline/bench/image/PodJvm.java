package com.aiprod.pipeline.bench.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The options that the JVM of a role's pod runs with besides those of the image, for a JVM outside a container: those of
 * the manifest, and the memory that the manifest gives to the pod.
 */
final class PodJvm {

    private static final Path MANIFESTS = Path.of("k8s/base");
    private static final Pattern LIMIT = Pattern.compile("limits:\\s+(?:cpu: \\S+\\s+)?memory: (\\d+)([MG])i");
    private static final Pattern OPTIONS = Pattern.compile("name: JDK_JAVA_OPTIONS\\s+value: (\\S.*)");

    private PodJvm() {}

    /**
     * Returns the options. In a container the JVM reads the limit of memory from the cgroup.
     *
     * @param roles one role, or several with commas, which have no pod and no options
     */
    static List<String> options(String roles) throws IOException {
        Path manifest = MANIFESTS.resolve(roles + ".yaml");
        if (!Files.exists(manifest)) {
            return List.of();
        }
        String text = Files.readString(manifest);
        Matcher limit = LIMIT.matcher(text);
        if (!limit.find()) {
            throw new IOException("No limit of memory in " + manifest);
        }
        long megabytes = Long.parseLong(limit.group(1)) * (limit.group(2).equals("G") ? 1024 : 1);
        List<String> options = new ArrayList<>(List.of("-XX:MaxRAM=" + megabytes + "m"));
        Matcher given = OPTIONS.matcher(text);
        if (given.find()) {
            options.addAll(List.of(given.group(1).strip().split(" +")));
        }
        return options;
    }
}
