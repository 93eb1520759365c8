package com.aiprod.pipeline.pipelines.command;

import com.aiprod.pipeline.job.Preset;
import com.aiprod.pipeline.pipelines.Fault;
import com.aiprod.pipeline.pipelines.NearName;
import com.aiprod.pipeline.pipelines.PipelineContexts;
import com.aiprod.pipeline.pipelines.PipelineFiles;
import com.aiprod.pipeline.pipelines.PipelineSettings;
import com.aiprod.pipeline.pipelines.SourceFile;
import com.aiprod.pipeline.pipelines.YamlFields;
import com.aiprod.pipeline.pipelines.YamlNodes;
import com.aiprod.pipeline.pipelines.check.PipelineCheck;
import com.aiprod.pipeline.pipelines.command.Commands.WrongUsageException;
import com.aiprod.pipeline.pipelines.trial.PipelineTests;
import com.aiprod.pipeline.pipelines.trial.Stub;
import com.aiprod.pipeline.pipelines.trial.StubReader;
import com.aiprod.pipeline.pipelines.trial.Trial;
import com.aiprod.pipeline.pipelines.trial.TrialJob;
import com.aiprod.pipeline.pipelines.trial.TrialReport;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.nodes.Node;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.PropertyResolver;
import org.springframework.util.FileSystemUtils;

/** {@code try DIR}: runs one job through a pipeline, and shows what each step does. */
final class TryCommand {

    private static final String USAGE = """
            Usage: try DIR [--pipeline NAME] --job FILE [--stub STEP=FILE] [--retry] [--artifacts FOLDER] [--keep]
                       [--format=text|json]
            Runs one job through a pipeline in DIR, the folder that AIPROD_ROUTES_DIR names, or a built-in one.
            --job FILE          the fields of POST /pipeline/run, as JSON or YAML; - reads the standard input
            --content TEXT      the content of the job, in place of --job; with --preset NAME
            --stub STEP=FILE    leave the content of FILE in place of a step
            --retry             retry what may pass, as a worker does
            --artifacts FOLDER  store artifacts there, and not in a temporary folder
            --keep              keep the temporary folder of a job that has no artifacts""";

    private static final Set<String> WITH_VALUE =
            Set.of("--pipeline", "--job", "--content", "--preset", "--stub", "--artifacts", "--format");

    /** JSON may be indented with tabs, and YAML must not. */
    private static final Pattern LEADING_TABS = Pattern.compile("(?m)^[ \\t]+");

    private final CommandLine line;
    private final SortedMap<String, PipelineFiles> pipelines;
    private final List<Fault> faults = new ArrayList<>();

    private TryCommand(CommandLine line) throws IOException {
        this.line = line;
        this.pipelines = PipelineFiles.under(line.folder());
    }

    static int run(List<String> arguments, PrintStream out, PrintStream err) throws Exception {
        return run(arguments, System.in, out, err);
    }

    static int run(List<String> arguments, InputStream in, PrintStream out, PrintStream err) throws Exception {
        CommandLine line = new CommandLine(arguments, USAGE, WITH_VALUE, Set.of("--retry", "--keep"));
        line.wantsJson();
        TryCommand command = new TryCommand(line);
        SourceFile given = command.jobFile(in);
        Node node = YamlNodes.read(given, command.faults).orElse(null);
        if (node == null) {
            return refuse(command.faults, out);
        }
        PipelineFiles files = command.choose(node);
        boolean isTemporary = !line.has("--artifacts");
        Path artifacts = isTemporary
                ? Files.createTempDirectory("aiprod-try-")
                : line.path(line.option("--artifacts", "")).toAbsolutePath();
        try (ConfigurableApplicationContext application = CommandContext.start("aiprod.artifacts-dir=" + artifacts)) {
            return command.run(files, given, node, application, out);
        } finally {
            if (isTemporary && !line.has("--keep") && isWithoutFiles(artifacts)) {
                FileSystemUtils.deleteRecursively(artifacts);
            }
        }
    }

    private static boolean isWithoutFiles(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.noneMatch(Files::isRegularFile);
        }
    }

    private int run(
            PipelineFiles files,
            SourceFile given,
            Node node,
            ConfigurableApplicationContext application,
            PrintStream out)
            throws Exception {
        PipelineContexts contexts = CommandContext.contexts(application);
        faults.addAll(new PipelineCheck(contexts, application.getEnvironment()).check(files));
        Map<String, Preset> own = PipelineSettings.of(files, new ArrayList<>()).presets();
        TrialJob job =
                TrialJob.read(node, own, PipelineTests.presets(pipelines), new YamlFields(given.location(), faults));
        missing(files, application.getEnvironment());
        if (!faults.isEmpty()) {
            return refuse(faults, out);
        }
        try (Trial trial = new Trial(files, application, contexts, Map.of())) {
            Map<String, Stub> stubs = stubs(trial.steps());
            if (!faults.isEmpty()) {
                return refuse(faults, out);
            }
            Trial.Outcome outcome = trial.run(job, stubs, Map.of(), line.has("--retry"));
            TrialReport report = new TrialReport(trial, job, outcome, application.getBean(ObjectMapper.class));
            out.println(line.wantsJson() ? report.json() : report.text());
            return outcome.failure() == null ? Commands.WELL : Commands.FAULTS;
        }
    }

    private static int refuse(List<Fault> faults, PrintStream out) {
        faults.forEach(out::println);
        return Commands.FAULTS;
    }

    private SourceFile jobFile(InputStream in) throws IOException, WrongUsageException {
        if (line.has("--job") == line.has("--content")) {
            throw line.wrong("Give the job, either as --job FILE or as --content TEXT.");
        }
        if (line.has("--content")) {
            Map<String, Object> job = new LinkedHashMap<>();
            job.put("content", line.option("--content", ""));
            if (line.has("--preset")) {
                job.put("preset", line.option("--preset", ""));
            }
            return new SourceFile("--content", new ObjectMapper().writeValueAsString(job));
        }
        if (line.has("--preset")) {
            throw line.wrong("--preset goes with --content; a job file has the key 'preset'.");
        }
        String name = line.option("--job", "");
        String text = name.equals("-") ? new String(in.readAllBytes(), StandardCharsets.UTF_8) : read(name);
        if (text.isBlank()) {
            faults.add(new Fault(
                    name, 0, null, "The file is empty: write a job into it, such as {\"content\": \"Hello\"}."));
        }
        boolean isJson = text.stripLeading().startsWith("{");
        return new SourceFile(
                name,
                isJson
                        ? LEADING_TABS
                                .matcher(text)
                                .replaceAll(blank -> " ".repeat(blank.group().length()))
                        : text);
    }

    private String read(String name) throws WrongUsageException {
        try {
            return new String(Files.readAllBytes(line.path(name)), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw line.wrong("The file '" + name + "' cannot be read.");
        }
    }

    /** The pipeline of the command line, or that of the job's preset, or the only one of the folder. */
    private PipelineFiles choose(Node job) throws IOException, WrongUsageException {
        String name = line.option("--pipeline", null);
        if (name == null) {
            String preset = YamlNodes.field(job, "preset");
            Set<String> inFolder =
                    PipelineFiles.read(false, List.of(line.folder())).keySet();
            name = pipelines.values().stream()
                    .filter(files -> PipelineSettings.of(files, new ArrayList<>())
                            .presets()
                            .containsKey(String.valueOf(preset)))
                    .map(PipelineFiles::name)
                    .findFirst()
                    .orElse(inFolder.size() == 1 ? inFolder.iterator().next() : null);
        }
        if (name == null) {
            throw line.wrong(
                    "Name one of the pipelines " + String.join(", ", pipelines.keySet()) + ": --pipeline NAME.");
        }
        if (!pipelines.containsKey(name)) {
            throw line.wrong("There is no pipeline '" + name + "'."
                    + NearName.suggest(name, pipelines.keySet())
                            .orElse(" The pipelines are " + String.join(", ", pipelines.keySet()) + "."));
        }
        return pipelines.get(name);
    }

    private void missing(PipelineFiles files, PropertyResolver environment) {
        List<String> missing = PipelineSettings.of(files, new ArrayList<>()).missing(environment);
        for (String setting : missing) {
            faults.add(new Fault(
                    files.files().get(PipelineFiles.SETTINGS).location(),
                    0,
                    null,
                    "The setting '" + setting + "' has no value: set "
                            + setting.toUpperCase(java.util.Locale.ROOT)
                                    .replace('.', '_')
                                    .replace("-", "") + " in the environment."));
        }
    }

    private Map<String, Stub> stubs(Set<String> steps) throws WrongUsageException {
        Map<String, Stub> stubs = new LinkedHashMap<>();
        for (String given : line.all("--stub")) {
            int equals = given.indexOf('=');
            if (equals < 1) {
                throw line.wrong("--stub is '" + given + "', and not STEP=FILE.");
            }
            String step = given.substring(0, equals);
            if (!steps.contains(step)) {
                throw line.wrong("The pipeline has no step '" + step + "'."
                        + NearName.suggest(step, steps).orElse(""));
            }
            String name = given.substring(equals + 1);
            Path folder = line.path(name).toAbsolutePath().getParent();
            SourceFile file = new SourceFile(name, read(name));
            stubs.put(step, StubReader.of(file, beside -> beside(folder, beside), faults));
        }
        return stubs;
    }

    private SourceFile beside(Path folder, String name) {
        Path file = folder.resolve(name);
        try {
            return new SourceFile(file.toString(), Files.readString(file));
        } catch (IOException e) {
            faults.add(new Fault(file.toString(), 0, null, "The file cannot be read."));
            return null;
        }
    }
}
