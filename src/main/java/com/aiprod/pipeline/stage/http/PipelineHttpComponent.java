package com.aiprod.pipeline.stage.http;

import java.io.IOException;
import java.net.Proxy;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Iterator;
import java.util.regex.Pattern;
import javax.net.ssl.SSLSocket;
import org.apache.camel.component.http.HttpComponent;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SchemePortResolver;
import org.apache.hc.client5.http.impl.DefaultRedirectStrategy;
import org.apache.hc.client5.http.impl.io.DefaultHttpClientConnectionOperator;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.io.HttpClientConnectionManager;
import org.apache.hc.client5.http.io.HttpClientConnectionOperator;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.URIScheme;
import org.apache.hc.core5.http.config.Registry;
import org.apache.hc.core5.http.config.RegistryBuilder;
import org.apache.hc.core5.http.io.SocketConfig;
import org.apache.hc.core5.http.protocol.HttpContext;

/**
 * Camel's component {@code http:}, as pipelines need it. An interrupt ends a call at once. No call is repeated behind the
 * route's back, no cookie passes from one job to another, and no credentials follow a redirect to another host.
 */
final class PipelineHttpComponent extends HttpComponent {

    private static final Pattern CREDENTIALS = Pattern.compile("(?i).*(auth|cookie|key|secret|token).*");

    /**
     * @param connectTimeout for a connection, and for one of the pool to become free
     * @param responseTimeout without a byte of the response
     */
    PipelineHttpComponent(Duration connectTimeout, Duration responseTimeout) {
        setConnectTimeout(connectTimeout.toMillis());
        setConnectionRequestTimeout(connectTimeout.toMillis());
        setResponseTimeout(responseTimeout.toMillis());
        setSoTimeout(responseTimeout.toMillis());
        setAutomaticRetriesDisabled(true);
        setCookieManagementDisabled(true);
        setAuthCachingDisabled(true);
        setUserAgent("AIPROD-Pipeline");
        setHeaderFilterStrategy(new HttpHeaders());
        setHttpClientConfigurer(client -> client.setRedirectStrategy(new CarefulRedirects()));
    }

    /** As Camel's own (4.18.0), with interruptible sockets. */
    @Override
    @SuppressWarnings("deprecation")
    protected HttpClientConnectionManager createConnectionManager(
            Registry<org.apache.hc.client5.http.socket.ConnectionSocketFactory> registry,
            int maxTotalConnections,
            int connectionsPerRoute,
            SocketConfig socketConfig) {
        var layered =
                (org.apache.hc.client5.http.socket.LayeredConnectionSocketFactory) registry.lookup(URIScheme.HTTPS.id);
        return new InterruptibleConnections()
                .setTlsSocketStrategy((socket, target, port, attachment, context) ->
                        (SSLSocket) layered.createLayeredSocket(socket, target, port, attachment, context))
                .setDefaultSocketConfig(socketConfig)
                .setMaxConnTotal(maxTotalConnections > 0 ? maxTotalConnections : getMaxTotalConnections())
                .setMaxConnPerRoute(connectionsPerRoute > 0 ? connectionsPerRoute : getConnectionsPerRoute())
                .build();
    }

    /** Java closes a socket of a channel when the thread that connects, reads, or writes is interrupted. */
    private static final class InterruptibleConnections extends PoolingHttpClientConnectionManagerBuilder {

        @Override
        protected HttpClientConnectionOperator createConnectionOperator(
                SchemePortResolver ports, DnsResolver names, TlsSocketStrategy tls) {
            return new DefaultHttpClientConnectionOperator(
                    InterruptibleConnections::open,
                    ports,
                    names,
                    RegistryBuilder.<TlsSocketStrategy>create()
                            .register(URIScheme.HTTPS.id, tls)
                            .build());
        }

        private static Socket open(Proxy socksProxy) throws IOException {
            return socksProxy == null ? SocketChannel.open().socket() : new Socket(socksProxy);
        }
    }

    /** The client's own strategy knows no credentials but {@code Authorization} and {@code Cookie}. */
    private static final class CarefulRedirects extends DefaultRedirectStrategy {

        @Override
        public boolean isRedirectAllowed(HttpHost from, HttpHost to, HttpRequest redirect, HttpContext context) {
            if (!from.equals(to)) {
                for (Iterator<Header> headers = redirect.headerIterator(); headers.hasNext(); ) {
                    if (CREDENTIALS.matcher(headers.next().getName()).matches()) {
                        return false;
                    }
                }
            }
            return super.isRedirectAllowed(from, to, redirect, context);
        }
    }
}
