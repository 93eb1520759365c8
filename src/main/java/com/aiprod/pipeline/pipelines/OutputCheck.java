package com.aiprod.pipeline.pipelines;

import com.aiprod.pipeline.stage.PermanentStageException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks a pipeline's output against the contract, part 5: a JSON object of at most 1 MiB, without server paths. A
 * valid output can be serialized, published, read, and stored. An invalid output fails the attempt permanently with the
 * key at fault: if it were found later, the job would never end.
 */
public final class OutputCheck {

    /** The error code of an attempt whose output is invalid. */
    public static final String CODE = "PIPELINE_OUTPUT_INVALID";

    private static final Logger LOG = LoggerFactory.getLogger(OutputCheck.class);
    private static final int MAX_BYTES = 1024 * 1024;
    private static final int MAX_DEPTH = 100;
    /** Jackson rejects longer numbers, and names of more than 50,000 characters. */
    private static final int MAX_DIGITS = 1000;

    private static final int MAX_NAME = 1000;
    private static final int MAX_PLACE = 200;
    private static final int SHOWN_NAME = 40;
    private static final Pattern PLAIN_NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_-]{0,39}");

    private final ObjectMapper json;
    private final List<Path> folders;

    /** @param folders folders whose paths must not be disclosed to clients */
    public OutputCheck(ObjectMapper json, List<Path> folders) {
        this.json = json;
        this.folders =
                folders.stream().map(Path::toAbsolutePath).map(Path::normalize).toList();
    }

    /**
     * Copies the output to plain maps, lists, strings, numbers, and booleans that nothing else references.
     *
     * @param left the body that the pipeline left
     * @throws PermanentStageException {@link #CODE}, naming the key at fault
     */
    public Map<String, Object> check(String pipeline, Object left) {
        if (!(left instanceof Map<?, ?> map)) {
            throw invalid("The output of the pipeline '%s' is %s.".formatted(pipeline, kind(left)));
        }
        Copy copy = new Copy();
        Map<String, Object> output = copy.map(new Place(null, "output"), map, 1);
        if (size(output) > MAX_BYTES) {
            throw copy.tooLarge();
        }
        return output;
    }

    private static String kind(Object left) {
        if (left instanceof CharSequence) {
            return "text, not a map (unmarshal JSON first)";
        }
        return left == null ? "missing" : "not a map";
    }

    private long size(Map<String, Object> output) {
        AtomicLong size = new AtomicLong();
        try {
            json.writeValue(
                    new OutputStream() {
                        @Override
                        public void write(int b) {
                            size.incrementAndGet();
                        }

                        @Override
                        public void write(byte[] bytes, int offset, int length) {
                            size.addAndGet(length);
                        }
                    },
                    output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return size.get();
    }

    private static PermanentStageException invalid(String message) {
        return new PermanentStageException(CODE, message);
    }

    private static PermanentStageException invalid(Place place, String fault) {
        return invalid("%s %s.".formatted(place, fault));
    }

    /** The place of a value: the key or index in its container. */
    private record Place(Place around, Object step) {

        @Override
        public String toString() {
            StringBuilder text = new StringBuilder();
            write(text);
            return text.length() <= MAX_PLACE ? text.toString() : text.substring(0, MAX_PLACE) + "…";
        }

        private void write(StringBuilder text) {
            if (around != null) {
                around.write(text);
            }
            String name = step.toString();
            if (step instanceof Integer) {
                text.append('[').append(name).append(']');
            } else if (around == null) {
                text.append(name);
            } else if (PLAIN_NAME.matcher(name).matches()) {
                text.append('.').append(name);
            } else {
                String shown = name.substring(0, Math.min(name.length(), SHOWN_NAME));
                text.append("[\"")
                        .append(shown.replaceAll("[\\p{Cc}\\p{Cs}\"]", "\uFFFD"))
                        .append("\"]");
            }
        }
    }

    private final class Copy {

        /**
         * The minimum size as JSON. Without this limit, the copy of an object graph with many shared references might
         * never end.
         */
        private long least;

        private long leastBefore;
        private long largestSize;
        private String largest = "";

        Map<String, Object> map(Place place, Map<?, ?> map, int depth) {
            Map<String, Object> copy = new LinkedHashMap<>();
            map.forEach((key, value) -> {
                if (!(key instanceof String name)) {
                    throw invalid(place, "has a key that is not text");
                }
                Place inside = new Place(place, name);
                if (name.length() > MAX_NAME) {
                    throw invalid(inside, String.format(Locale.ROOT, "is a key of more than %,d characters", MAX_NAME));
                }
                leastBefore = depth == 1 ? least : leastBefore;
                copy.put(text(inside, name), value(inside, value, depth));
                if (depth == 1 && least - leastBefore > largestSize) {
                    largestSize = least - leastBefore;
                    largest = inside.toString();
                }
            });
            return copy;
        }

        private List<Object> list(Place place, Iterator<?> items, int depth) {
            List<Object> copy = new ArrayList<>();
            while (items.hasNext()) {
                copy.add(value(new Place(place, copy.size()), items.next(), depth));
            }
            return copy;
        }

        private Object value(Place place, Object value, int depth) {
            count(place, 1);
            if (depth > MAX_DEPTH) {
                throw invalid(place, "is nested more than %s levels deep or contains itself".formatted(MAX_DEPTH));
            } else if (value == null || value instanceof Boolean) {
                return value;
            } else if (value instanceof CharSequence || value instanceof Character) {
                return withoutPaths(place, text(place, value.toString()));
            } else if (value instanceof Enum<?> constant) {
                return constant.name();
            } else if (value instanceof Number number) {
                return number(place, number);
            } else if (value instanceof Map<?, ?> map) {
                return map(place, map, depth + 1);
            } else if (value instanceof Collection<?> items) {
                return list(place, items.iterator(), depth + 1);
            } else if (value instanceof byte[] bytes) {
                return text(place, Base64.getEncoder().encodeToString(bytes));
            } else if (value.getClass().isArray()) {
                return list(place, items(value), depth + 1);
            } else if (value instanceof File || value instanceof Path) {
                return withoutPaths(place, text(place, value.toString()));
            } else if (value instanceof InputStream
                    || value instanceof Reader
                    || value instanceof Iterator
                    || (value instanceof AutoCloseable && !(value instanceof JsonNode))) {
                throw unsupported(place, "is a stream", value);
            }
            return value(place, plain(place, value), depth + 1);
        }

        private Iterator<?> items(Object array) {
            return java.util.stream.IntStream.range(0, Array.getLength(array))
                    .mapToObj(index -> Array.get(array, index))
                    .iterator();
        }

        /** Converts dates, records, and other objects with the application's JSON mapper. */
        private Object plain(Place place, Object value) {
            try {
                Object plain = json.convertValue(value, Object.class);
                if (plain == null || plain.getClass() != value.getClass()) {
                    return plain;
                }
            } catch (RuntimeException | StackOverflowError e) {
                LOG.debug("{} cannot be written as JSON", place, e);
            }
            throw unsupported(place, "is of a type that cannot be written as JSON", value);
        }

        /** Logs the class for operators; clients do not see it. */
        private PermanentStageException unsupported(Place place, String fault, Object value) {
            LOG.warn(
                    "{} of a pipeline's output {}: {}",
                    place,
                    fault,
                    value.getClass().getName());
            return invalid(place, fault);
        }

        private Number number(Place place, Number number) {
            if (number instanceof Double || number instanceof Float) {
                if (!Double.isFinite(number.doubleValue())) {
                    throw invalid(place, "is not a finite number");
                }
                return number;
            } else if (number instanceof BigInteger whole) {
                digits(place, (int) (whole.bitLength() * 0.30103));
            } else if (number instanceof BigDecimal decimal) {
                digits(place, decimal.precision());
            } else if (!(number instanceof Integer
                    || number instanceof Long
                    || number instanceof Short
                    || number instanceof Byte)) {
                return number(place, asDecimal(place, number));
            }
            return number;
        }

        private BigDecimal asDecimal(Place place, Number number) {
            try {
                return new BigDecimal(number.toString());
            } catch (NumberFormatException e) {
                throw unsupported(place, "is of a type that cannot be written as JSON", number);
            }
        }

        private void digits(Place place, int digits) {
            count(place, digits);
            if (digits > MAX_DIGITS - 20) {
                throw invalid(place, String.format(Locale.ROOT, "is a number of about %,d digits or more", MAX_DIGITS));
            }
        }

        private String text(Place place, String text) {
            count(place, text.length() + 2L);
            for (int at = 0; at < text.length(); at++) {
                char unit = text.charAt(at);
                if (unit == 0) {
                    throw invalid(place, "contains the character U+0000");
                } else if (Character.isHighSurrogate(unit)
                        && at + 1 < text.length()
                        && Character.isLowSurrogate(text.charAt(at + 1))) {
                    at++;
                } else if (Character.isSurrogate(unit)) {
                    throw invalid(place, "contains an unpaired surrogate");
                }
            }
            return text;
        }

        private String withoutPaths(Place place, String text) {
            for (Path folder : folders) {
                if (reveals(text, folder)) {
                    throw invalid(place, "contains a server path");
                }
            }
            return text;
        }

        private void count(Place place, long bytes) {
            least += bytes;
            if (least > MAX_BYTES) {
                Place top = place;
                while (top.around() != null && top.around().around() != null) {
                    top = top.around();
                }
                if (least - leastBefore > largestSize) {
                    largest = top.toString();
                }
                throw tooLarge();
            }
        }

        PermanentStageException tooLarge() {
            return invalid("The output is larger than 1 MiB as JSON; the largest part is %s.".formatted(largest));
        }
    }

    /** A folder at the root, such as /tmp, appears in unrelated text, so here the whole text must be a path. */
    private static boolean reveals(String text, Path folder) {
        if (folder.getNameCount() == 0) {
            return false;
        }
        String name = folder.toString();
        if (folder.getNameCount() > 1) {
            return text.equals(name) || text.contains(name + File.separator);
        }
        String path = text.replaceFirst("^file:(//)?(?=/)", "");
        return path.startsWith(name + File.separator) && path.chars().noneMatch(Character::isWhitespace);
    }
}
