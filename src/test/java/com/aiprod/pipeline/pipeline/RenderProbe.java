package com.aiprod.pipeline.pipeline;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Renders a short video in a process of its own; says on standard output how it ended. */
final class RenderProbe {

    private RenderProbe() {}

    public static void main(String[] arguments) throws Exception {
        String preset = arguments[1];
        String content = arguments[2];
        Storyboard board = new Storyboard(List.of(new Scene(content, 0, 4)), false);
        Map<String, Object> job = Map.of(
                "content", content, "preset", preset, "lang", "en", "duration_sec", 4, "storyboard", board.toMap());
        ArtifactStore store = new ArtifactStore(Path.of(arguments[0]));
        try {
            new RenderStage(store, Film.tools(), (jobId, attempt, stage, percent) -> {}).render(job, "job", 1);
            System.out.println("rendered");
        } catch (IOException e) {
            PermanentStageException named = (PermanentStageException) StorageFull.named(e);
            System.out.println(named.errorCode() + ": " + named.getMessage());
        }
    }
}
