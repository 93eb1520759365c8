package com.aiprod.pipeline.pipelines.command;

import com.aiprod.pipeline.pipelines.NearName;
import com.aiprod.pipeline.pipelines.command.Commands.WrongUsageException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The arguments of a command: one folder, and options as {@code --name value} or {@code --name=value}. */
final class CommandLine {

    private final String usage;
    private final Map<String, List<String>> options = new LinkedHashMap<>();
    private Path folder;

    /**
     * Reads the arguments.
     *
     * @param usage says how to write them
     * @param withValue the options that have a value
     * @param flags the options that have none
     */
    CommandLine(List<String> arguments, String usage, Set<String> withValue, Set<String> flags)
            throws WrongUsageException {
        this.usage = usage;
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            if (!argument.startsWith("--")) {
                if (folder != null || argument.startsWith("-")) {
                    throw wrong("'" + argument + "' is not expected here.");
                }
                folder = path(argument);
                continue;
            }
            int equals = argument.indexOf('=');
            String name = equals < 0 ? argument : argument.substring(0, equals);
            if (flags.contains(name) && equals < 0) {
                options.computeIfAbsent(name, key -> new ArrayList<>()).add("");
            } else if (!withValue.contains(name)) {
                Set<String> known = new TreeSet<>(withValue);
                known.addAll(flags);
                throw wrong("There is no option '" + argument + "'."
                        + NearName.suggest(name, known).orElse(""));
            } else if (equals < 0 && i + 1 == arguments.size()) {
                throw wrong("The option " + name + " needs a value.");
            } else {
                String value = equals < 0 ? arguments.get(++i) : argument.substring(equals + 1);
                options.computeIfAbsent(name, key -> new ArrayList<>()).add(value);
            }
        }
        if (folder == null) {
            throw new WrongUsageException(usage);
        }
        if (!Files.isDirectory(folder)) {
            throw wrong("'" + folder + "' is not a folder.");
        }
        if (!Set.of("json", "text").contains(option("--format", "text"))) {
            throw wrong("--format is '" + option("--format", "") + "': use text or json.");
        }
    }

    /** The folder that {@code AIPROD_ROUTES_DIR} would name. */
    Path folder() {
        return folder;
    }

    /** The value of an option that may be given once. */
    String option(String name, String otherwise) throws WrongUsageException {
        List<String> values = all(name);
        if (values.size() > 1) {
            throw wrong("The option " + name + " is given twice.");
        }
        return values.isEmpty() ? otherwise : values.get(0);
    }

    /** The values of an option. */
    List<String> all(String name) {
        return options.getOrDefault(name, List.of());
    }

    boolean has(String name) {
        return options.containsKey(name);
    }

    boolean wantsJson() throws WrongUsageException {
        return option("--format", "text").equals("json");
    }

    /** A path of the command line. */
    Path path(String text) throws WrongUsageException {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw wrong("'" + text + "' is not a path.");
        }
    }

    /** The refusal of this command line, with the usage. */
    WrongUsageException wrong(String message) {
        return new WrongUsageException(message + "\n" + usage);
    }
}
