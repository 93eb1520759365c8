package com.aiprod.pipeline.api.http;

import com.aiprod.pipeline.api.problem.FieldFault;
import com.aiprod.pipeline.api.problem.InvalidRequestException;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.springframework.http.HttpHeaders;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.web.util.UriComponents;
import org.springframework.web.util.UriComponentsBuilder;
import org.springframework.web.util.UriUtils;

/**
 * A request as everything behind the filter sees it: what the API contract names, and the principal on any thread.
 *
 * <p>The inbound half of Camel's {@code HeaderFilterStrategy} cannot replace it. Camel asks the strategy about
 * headers and parameters and does not say which it is, so that a header {@code limit} would become a parameter.
 * Spring MVC reads the request itself: {@code Origin} turns OPTIONS into a preflight request (403), and
 * {@code If-Unmodified-Since} turns a download into an empty 412. Tomcat drops a badly encoded parameter; here it is
 * an error.
 */
public final class FilteredRequest extends HttpServletRequestWrapper {

    /** The request headers that a route can read; their case does not matter. */
    public static final Set<String> HEADERS = ignoringCase(
            "Host",
            "Accept",
            "Content-Type",
            "Content-Length",
            "Idempotency-Key",
            "Prefer",
            "If-Match",
            "If-None-Match",
            "If-Modified-Since",
            "If-Range",
            "Range",
            "Last-Event-ID");

    /** The query parameters that a route can read. */
    public static final Set<String> PARAMETERS = Set.of(
            "status",
            "preset",
            "limit",
            "offset",
            "cursor",
            "error_code",
            "previous",
            "user",
            "pipeline",
            "since",
            "until",
            "group");

    /** Request attribute: the names (List of String) of the query parameters that are filtered out. */
    static final String OTHER_PARAMETERS = FilteredRequest.class.getName() + ".otherParameters";

    /** Headers that Spring parses less strictly than RFC 9110. */
    private static final Set<String> PARSED_STRICTLY = ignoringCase("Accept", "If-Match", "If-None-Match");

    private static final Pattern TAG = Pattern.compile("(W/)?\"[\\x21\\x23-\\x7E\\x80-\\xFF]*\"");

    /** A media type that does not exist. */
    private static final String NOTHING = "none/none";

    private final int contentLength;
    private final Body body;
    private final Principal principal;
    private final Map<String, String[]> parameters;

    /** @param body the request's body, which has already been read */
    FilteredRequest(HttpServletRequest request, byte[] body) {
        super(request);
        this.contentLength = body.length;
        this.body = new Body(new ByteArrayInputStream(body));
        this.principal = request.getUserPrincipal();
        this.parameters = parameters(request);
    }

    private static Set<String> ignoringCase(String... names) {
        Set<String> set = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        Collections.addAll(set, names);
        return Collections.unmodifiableSet(set);
    }

    private static Map<String, String[]> parameters(HttpServletRequest request) {
        if (request.getQueryString() == null) {
            request.setAttribute(OTHER_PARAMETERS, List.of());
            return Map.of();
        }
        Map<String, String[]> allowed = new LinkedHashMap<>();
        List<String> others = new ArrayList<>();
        UriComponents query = UriComponentsBuilder.newInstance()
                .query(request.getQueryString())
                .build();
        query.getQueryParams().forEach((name, values) -> {
            if (PARAMETERS.contains(name)) {
                allowed.put(
                        name, values.stream().map(value -> decoded(name, value)).toArray(String[]::new));
            } else {
                others.add(name);
            }
        });
        request.setAttribute(OTHER_PARAMETERS, others);
        return Collections.unmodifiableMap(allowed);
    }

    private static String decoded(String name, String value) {
        if (value == null) {
            return "";
        }
        try {
            return UriUtils.decode(value.replace('+', ' '), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new InvalidRequestException(List.of(new FieldFault(name, "has invalid percent-encoding")));
        }
    }

    @Override
    public Principal getUserPrincipal() {
        return principal;
    }

    @Override
    public String getRemoteUser() {
        return principal == null ? null : principal.getName();
    }

    /** Turns TRACE into an unknown method, because Spring MVC would echo the request's headers. */
    @Override
    public String getMethod() {
        return "TRACE".equals(super.getMethod()) ? "trace" : super.getMethod();
    }

    @Override
    public String getHeader(String name) {
        if (!PARSED_STRICTLY.contains(name)) {
            return HEADERS.contains(name) ? super.getHeader(name) : null;
        }
        Enumeration<String> lines = getHeaders(name);
        return lines.hasMoreElements() ? lines.nextElement() : null;
    }

    @Override
    public Enumeration<String> getHeaders(String name) {
        if (!PARSED_STRICTLY.contains(name)) {
            return HEADERS.contains(name) ? super.getHeaders(name) : Collections.emptyEnumeration();
        }
        List<String> lines = Collections.list(super.getHeaders(name));
        return Collections.enumeration(
                name.equalsIgnoreCase(HttpHeaders.ACCEPT)
                        ? accepted(lines)
                        : lines.stream().filter(FilteredRequest::isTagList).toList());
    }

    /** RFC 9110, section 8.8.3. Spring finds a tag within any other text. */
    private static boolean isTagList(String line) {
        return line.strip().equals("*")
                || Stream.of(TAG.matcher(line).replaceAll("\0").split(",", -1))
                        .allMatch(element -> element.strip().equals("\0"));
    }

    /** RFC 9110, section 12.4.2: a weight of 0 means "not acceptable". Spring treats it as least preferred. */
    private static List<String> accepted(List<String> lines) {
        if (lines.stream().noneMatch(line -> line.contains("q=0") || line.contains("Q=0"))) {
            return lines;
        }
        try {
            List<MediaType> types = MediaType.parseMediaTypes(lines);
            List<MediaType> wanted =
                    types.stream().filter(type -> type.getQualityValue() > 0).toList();
            return List.of(wanted.isEmpty() && !types.isEmpty() ? NOTHING : MediaType.toString(wanted));
        } catch (InvalidMediaTypeException e) {
            return lines;
        }
    }

    @Override
    public Enumeration<String> getHeaderNames() {
        return Collections.enumeration(Collections.list(super.getHeaderNames()).stream()
                .filter(HEADERS::contains)
                .toList());
    }

    @Override
    public int getIntHeader(String name) {
        return HEADERS.contains(name) ? super.getIntHeader(name) : -1;
    }

    @Override
    public long getDateHeader(String name) {
        return HEADERS.contains(name) ? super.getDateHeader(name) : -1;
    }

    @Override
    public Cookie[] getCookies() {
        return null;
    }

    @Override
    public String getQueryString() {
        return null;
    }

    @Override
    public String getParameter(String name) {
        String[] values = parameters.get(name);
        return values == null ? null : values[0];
    }

    @Override
    public Enumeration<String> getParameterNames() {
        return Collections.enumeration(parameters.keySet());
    }

    @Override
    public String[] getParameterValues(String name) {
        return parameters.get(name);
    }

    @Override
    public Map<String, String[]> getParameterMap() {
        return parameters;
    }

    @Override
    public String getCharacterEncoding() {
        return StandardCharsets.UTF_8.name();
    }

    @Override
    public int getContentLength() {
        return contentLength;
    }

    @Override
    public long getContentLengthLong() {
        return contentLength;
    }

    @Override
    public ServletInputStream getInputStream() {
        return body;
    }

    @Override
    public BufferedReader getReader() {
        return new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8));
    }

    /** Can be read once, like any request body, and then releases its bytes, however long the response takes. */
    private static final class Body extends ServletInputStream {

        private ByteArrayInputStream bytes;

        Body(ByteArrayInputStream bytes) {
            this.bytes = bytes;
        }

        @Override
        public int read() {
            return atEnd(bytes.read());
        }

        @Override
        public int read(byte[] buffer, int offset, int length) {
            return atEnd(bytes.read(buffer, offset, length));
        }

        private int atEnd(int read) {
            if (read < 0) {
                bytes = new ByteArrayInputStream(new byte[0]);
            }
            return read;
        }

        @Override
        public boolean isFinished() {
            return bytes.available() == 0;
        }

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void setReadListener(ReadListener listener) {
            throw new UnsupportedOperationException("The body is already in memory");
        }
    }
}
