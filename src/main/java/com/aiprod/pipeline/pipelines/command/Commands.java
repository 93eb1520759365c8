package com.aiprod.pipeline.pipelines.command;

import com.aiprod.pipeline.pipelines.NearName;
import com.aiprod.pipeline.pipelines.check.BuildFault;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The commands of the jar for people who write pipelines: {@code check DIR}, {@code try DIR}, and {@code test DIR}. They
 * need no database and no Pub/Sub.
 */
public final class Commands {

    /** All is well. */
    static final int WELL = 0;

    /** Faults were found. */
    static final int FAULTS = 1;

    /** The command line is wrong. */
    static final int WRONG_USAGE = 2;

    private static final Map<String, Command> COMMANDS = new TreeMap<>(Map.of(
            "check", CheckCommand::run,
            "test", TestCommand::run,
            "try", TryCommand::run));

    private Commands() {}

    /** A command; gets the arguments behind its name, and returns the exit status. */
    @FunctionalInterface
    interface Command {
        int run(List<String> arguments, PrintStream out, PrintStream err) throws Exception;
    }

    /**
     * Whether the process only runs a command: the first argument is a word and not an option.
     *
     * @param args the command line
     */
    public static boolean isRequested(String... args) {
        return args.length > 0 && !args[0].startsWith("-");
    }

    /**
     * Runs the command.
     *
     * @param args the command line
     * @return the exit status: 0 if all is well, 1 if faults were found, 2 for a wrong command line
     */
    public static int run(String... args) {
        // A command's output is all that it prints.
        System.setProperty("logging.level.root", "off");
        return run(System.out, System.err, args);
    }

    static int run(PrintStream out, PrintStream err, String... args) {
        Command command = COMMANDS.get(args[0]);
        if (command == null) {
            err.println("There is no command '" + args[0] + "'."
                    + NearName.suggest(args[0], COMMANDS.keySet())
                            .orElse(" Use " + String.join(", ", COMMANDS.keySet()) + "."));
            return WRONG_USAGE;
        }
        try {
            return command.run(Arrays.asList(args).subList(1, args.length), out, err);
        } catch (WrongUsageException e) {
            err.println(e.getMessage());
            return WRONG_USAGE;
        } catch (Exception e) {
            err.println(args[0] + " ended with an error: " + BuildFault.reason(e));
            return WRONG_USAGE;
        } finally {
            out.flush();
            err.flush();
        }
    }

    /** A result for tools. */
    static String json(Object result) throws JsonProcessingException {
        return new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(result);
    }

    /** The command line is wrong; the message says how to write it. */
    static final class WrongUsageException extends Exception {

        private static final long serialVersionUID = 1L;

        WrongUsageException(String message) {
            super(message);
        }
    }
}
