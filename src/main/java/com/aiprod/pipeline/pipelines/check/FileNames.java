package com.aiprod.pipeline.pipelines.check;

import com.aiprod.pipeline.pipelines.Fault;
import com.aiprod.pipeline.pipelines.NearName;
import com.aiprod.pipeline.pipelines.PipelineFiles;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** Checks the names of a pipeline and of its files. */
final class FileNames {

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*");

    private FileNames() {}

    /** Reports names that nothing reads. */
    static void check(PipelineFiles files, List<Fault> faults) {
        if (!NAME.matcher(files.name()).matches() || !files.canBeNamed()) {
            String file = files.files().values().iterator().next().location();
            faults.add(new Fault(
                    file,
                    0,
                    null,
                    "'" + files.name() + "' cannot be the name of a pipeline: use lower-case"
                            + " letters, digits, and hyphens, such as my-pipeline, and at most 64 characters."));
        }
        files.files().forEach((name, file) -> {
            if (!isKnownName(name)) {
                faults.add(new Fault(file.location(), 0, null, nameFault(name)));
            }
        });
    }

    private static boolean isKnownName(String name) {
        boolean isTest = name.endsWith(PipelineFiles.TEST_SUFFIX);
        return name.endsWith(PipelineFiles.ROUTE_SUFFIX)
                || isTest
                || name.equals(PipelineFiles.SETTINGS)
                || !name.matches("(?i).*\\.ya?ml");
    }

    private static String nameFault(String name) {
        String stem = name.replaceFirst("(?i)(\\.camel|\\.test)?\\.ya?ml$", "");
        if (stem.equalsIgnoreCase("pipeline")
                || NearName.nearest(name, Set.of(PipelineFiles.SETTINGS)).isPresent()) {
            return "This file is not read. Did you mean '" + PipelineFiles.SETTINGS + "'?";
        }
        boolean isTest = name.toLowerCase(Locale.ROOT).contains(".test.");
        String suffix = isTest ? PipelineFiles.TEST_SUFFIX : PipelineFiles.ROUTE_SUFFIX;
        return "This file is not read: the name of a " + (isTest ? "test" : "route") + " file ends in '" + suffix
                + "'. Did you mean '" + stem + suffix + "'?";
    }
}
