package com.aiprod.pipeline.pipelines.check;

import com.aiprod.pipeline.pipelines.PipelineContexts;
import com.aiprod.pipeline.pipelines.command.CommandContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.springframework.context.ConfigurableApplicationContext;

/** Checks folders as the command does, in one application context for all tests. */
public final class CheckedFolders {

    private static final ConfigurableApplicationContext APPLICATION =
            CommandContext.start("aiprod.artifacts-dir=check-stores-nothing");
    private static final PipelineContexts CONTEXTS = CommandContext.contexts(APPLICATION);

    private CheckedFolders() {}

    static PipelineCheck pipelineCheck() {
        return new PipelineCheck(CONTEXTS, APPLICATION.getEnvironment());
    }

    /** One line for each fault: {@code FILE:LINE [STEP] MESSAGE}, with files as seen from the folder. */
    static List<String> check(Path folder) throws IOException {
        return new FolderCheck(CONTEXTS, APPLICATION.getEnvironment())
                .check(folder).stream()
                        .map(fault -> "%s:%d [%s] %s"
                                .formatted(
                                        fault.file(),
                                        fault.line(),
                                        fault.step() == null ? "" : fault.step(),
                                        fault.message()))
                        .map(line -> line.replace(folder + "/", ""))
                        .toList();
    }

    /** Writes a file into a folder, and makes the folders above it. */
    public static void write(Path folder, String path, String text) throws IOException {
        Path file = folder.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    /** A pipeline {@code my} with these steps, which begin at line 8. */
    public static String pipelineOf(String steps) {
        return """
                - route:
                    id: my
                    description: Mine.
                    from:
                      id: from-my
                      uri: direct:my
                      steps:
                """ + steps.indent(8);
    }
}
