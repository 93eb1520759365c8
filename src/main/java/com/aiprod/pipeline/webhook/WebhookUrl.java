package com.aiprod.pipeline.webhook;

import com.ibm.icu.text.IDNA;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A URL in the form in which it is called. It accepts what browsers and other clients accept, which is more than
 * {@link URI} does. A host name can have underscores, and non-ASCII letters, which are converted to DNS form (UTS #46).
 * In the path and the query, characters that RFC 3986 does not allow are percent-encoded, such as {@code %7C}.
 *
 * @param scheme {@code https}, or {@code http}
 * @param host a name in lower case, an IPv4 address, or an IPv6 address in brackets
 * @param port 1 to 65535, or -1 for the scheme's own
 * @param rest path and query; might be empty
 */
record WebhookUrl(String scheme, String host, int port, String rest) {

    private static final int MAX_CHARACTERS = 2048;

    /** RFC 3986, appendix B; matches any text. */
    private static final Pattern PARTS =
            Pattern.compile("(?:([^:/?#]*):)?(?://([^/?#]*))?([^#]*)(#.*)?", Pattern.DOTALL);

    private static final Pattern AUTHORITY = Pattern.compile("(\\[[^\\[\\]]*]|[^:\\[\\]]*)(?::([0-9]*))?");
    private static final Pattern LABEL = Pattern.compile("[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?");
    private static final Pattern IPV4 = Pattern.compile("[0-9]+(\\.[0-9]+){3}");
    private static final int MAX_NAME_CHARACTERS = 253;
    private static final Pattern BLANK_OR_CONTROL = Pattern.compile("[\\s\\p{Cntrl}\\x{80}-\\x{9F}]|\\p{Z}");
    private static final Pattern BAD_ESCAPE = Pattern.compile("%(?![0-9A-Fa-f]{2})");

    /** RFC 3986, sections 3.3 and 3.4. */
    private static final Pattern NOT_ALLOWED = Pattern.compile("[^A-Za-z0-9._~!$&'()*+,;=:@/?%-]");

    private static final IDNA NAMES =
            IDNA.getUTS46Instance(IDNA.NONTRANSITIONAL_TO_ASCII | IDNA.CHECK_BIDI | IDNA.CHECK_CONTEXTJ);

    /** What is wrong with a URL; the message completes a sentence that starts with the URL. */
    static final class Fault extends Exception {
        Fault(String message) {
            super(message);
        }
    }

    /**
     * Parses a URL.
     *
     * @param allowHttp whether to accept URLs without TLS
     */
    static WebhookUrl read(String url, boolean allowHttp) throws Fault {
        require(url.length() <= MAX_CHARACTERS, "has more than " + MAX_CHARACTERS + " characters");
        Matcher parts = PARTS.matcher(url);
        require(parts.matches(), "is not a URL");
        String scheme = parts.group(1) == null ? "" : parts.group(1).toLowerCase(Locale.ROOT);
        require(scheme.equals("https") || (allowHttp && scheme.equals("http")), "must begin with https://");
        require(!BLANK_OR_CONTROL.matcher(url).find(), "must not contain whitespace or control characters");
        require(url.indexOf('\\') < 0, "must not contain a backslash");
        String authority = parts.group(2) == null ? "" : parts.group(2);
        require(authority.indexOf('@') < 0 && parts.group(4) == null, "must not contain a user, password or fragment");
        Matcher place = AUTHORITY.matcher(authority);
        require(place.matches(), "has an invalid host or port");
        String host = host(place.group(1));
        int port = port(place.group(2));
        WebhookUrl read = new WebhookUrl(scheme, host, port, escaped(parts.group(3)));
        require(read.toString().length() <= MAX_CHARACTERS, "has more than " + MAX_CHARACTERS + " characters");
        try {
            // URI also accepts an underscore, but then does not return the host.
            require(!host.startsWith("[") || new URI(read.toString()).getHost() != null, "has an invalid IPv6 address");
        } catch (URISyntaxException e) {
            throw new Fault("has an invalid IPv6 address");
        }
        return read;
    }

    private static String host(String given) throws Fault {
        require(!given.isEmpty(), "has no host");
        if (given.startsWith("[")) {
            require(given.indexOf('%') < 0, "must not name a network interface");
            return given.toLowerCase(Locale.ROOT);
        }
        String name = given.toLowerCase(Locale.ROOT);
        if (!name.chars().allMatch(c -> c < 0x80)) {
            IDNA.Info info = new IDNA.Info();
            name = NAMES.nameToASCII(name, new StringBuilder(), info).toString();
            require(!info.hasErrors(), "has an invalid host name");
        }
        String labels = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
        require(
                labels.length() <= MAX_NAME_CHARACTERS
                        && Stream.of(labels.split("\\.", -1)).allMatch(LABEL.asMatchPredicate()),
                "has an invalid host name");
        if (IPV4.matcher(labels).matches()) {
            require(
                    Stream.of(labels.split("\\.")).allMatch(part -> part.length() < 4 && Integer.parseInt(part) < 256),
                    "has an invalid IPv4 address");
        }
        return name;
    }

    private static int port(String given) throws Fault {
        if (given == null || given.isEmpty()) {
            return -1;
        }
        int port = given.length() > 5 ? 0 : Integer.parseInt(given);
        require(port > 0 && port < 65_536, "must have a port from 1 to 65535");
        return port;
    }

    private static String escaped(String rest) throws Fault {
        require(!BAD_ESCAPE.matcher(rest).find(), "has a % that is not followed by two hexadecimal digits");
        return NOT_ALLOWED.matcher(rest).replaceAll(found -> escape(found.group()));
    }

    private static String escape(String character) {
        StringBuilder escaped = new StringBuilder();
        for (byte each : character.getBytes(StandardCharsets.UTF_8)) {
            escaped.append('%').append(HexFormat.of().withUpperCase().toHexDigits(each));
        }
        return escaped.toString();
    }

    private static void require(boolean condition, String fault) throws Fault {
        if (!condition) {
            throw new Fault(fault);
        }
    }

    @Override
    public String toString() {
        return scheme + "://" + host + (port < 0 ? "" : ":" + port) + rest;
    }
}
