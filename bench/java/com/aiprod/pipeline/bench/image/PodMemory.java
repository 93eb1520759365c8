package com.aiprod.pipeline.bench.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The memory that the manifests give to the pod of a role, as options of a JVM that runs outside a container. */
final class PodMemory {

    private static final Path MANIFESTS = Path.of("k8s/base");
    private static final Pattern LIMIT = Pattern.compile("limits:\\s+(?:cpu: \\S+\\s+)?memory: (\\d+)([MG])i");
    /** Below it, the JVM is not on a "server-class machine" and chooses the serial collector. */
    private static final long SERVER_CLASS_MEGABYTES = 1792;

    private PodMemory() {}

    /**
     * Returns the JVM options that stand for the limit of a role's pod. In a container the JVM reads it from the cgroup.
     *
     * @param roles one role, or several with commas, which have no pod and no limit
     */
    static List<String> options(String roles) throws IOException {
        Path manifest = MANIFESTS.resolve(roles + ".yaml");
        if (!Files.exists(manifest)) {
            return List.of();
        }
        Matcher limit = LIMIT.matcher(Files.readString(manifest));
        if (!limit.find()) {
            throw new IOException("No limit of memory in " + manifest);
        }
        long megabytes = Long.parseLong(limit.group(1)) * (limit.group(2).equals("G") ? 1024 : 1);
        String bound = "-XX:MaxRAM=" + megabytes + "m";
        return megabytes < SERVER_CLASS_MEGABYTES ? List.of(bound, "-XX:+UseSerialGC") : List.of(bound);
    }
}
