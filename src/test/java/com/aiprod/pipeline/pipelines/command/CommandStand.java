package com.aiprod.pipeline.pipelines.command;

import com.aiprod.pipeline.pipelines.PipelineContexts;
import com.aiprod.pipeline.pipelines.PipelineFiles;
import com.aiprod.pipeline.pipelines.SourceFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.springframework.context.ConfigurableApplicationContext;

/** What tests of commands share. */
public final class CommandStand implements AutoCloseable {

    public final ConfigurableApplicationContext application;
    public final PipelineContexts contexts;

    /** Starts what commands need of the application. */
    public CommandStand(Path artifacts, String... settings) {
        String[] all = Arrays.copyOf(settings, settings.length + 1);
        all[settings.length] = "aiprod.artifacts-dir=" + artifacts;
        application = CommandContext.start(all);
        contexts = CommandContext.contexts(application);
    }

    /** @param out what the command printed to the standard output, {@code err} to the standard error */
    record Run(int status, String out, String err) {}

    /** Runs a command as the jar does. */
    static Run run(String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int status = Commands.run(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                args);
        return new Run(status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    /** A pipeline of these files, by name. */
    public static PipelineFiles files(String pipeline, Map<String, String> texts) {
        SortedMap<String, SourceFile> files = new TreeMap<>();
        texts.forEach((name, text) -> files.put(name, new SourceFile("pipelines/" + pipeline + "/" + name, text)));
        return new PipelineFiles(pipeline, files);
    }

    /** Writes a file of a pipeline below a folder, as {@code AIPROD_ROUTES_DIR} names one. */
    static Path write(Path folder, String pipeline, String name, String text) throws IOException {
        Path file = folder.resolve("pipelines").resolve(pipeline).resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }

    @Override
    public void close() {
        application.close();
    }
}
