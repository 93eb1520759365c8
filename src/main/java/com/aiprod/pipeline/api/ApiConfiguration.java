package com.aiprod.pipeline.api;

import jakarta.servlet.DispatcherType;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import org.apache.camel.component.platform.http.spi.PlatformHttpEngine;
import org.apache.catalina.core.StandardHost;
import org.slf4j.MDC;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.security.SecurityProperties;
import org.springframework.boot.availability.ApplicationAvailability;
import org.springframework.boot.web.embedded.tomcat.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.task.TaskDecorator;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** What stands between the servlet container and the REST routes, in its order. */
@Configuration(proxyBeanMethods = false)
class ApiConfiguration implements WebMvcConfigurer {

    @Bean
    FilterRegistrationBean<RequestIdFilter> requestIdFilter() {
        FilterRegistrationBean<RequestIdFilter> filter = new FilterRegistrationBean<>(new RequestIdFilter());
        filter.setOrder(Ordered.HIGHEST_PRECEDENCE);
        return filter;
    }

    @Bean
    FilterRegistrationBean<RequestFence> requestFence(ApplicationAvailability availability) {
        FilterRegistrationBean<RequestFence> filter = new FilterRegistrationBean<>(new RequestFence(availability));
        filter.setOrder(SecurityProperties.DEFAULT_FILTER_ORDER + 10);
        return filter;
    }

    @Bean
    FilterRegistrationBean<ArtifactSender> artifactSender() {
        FilterRegistrationBean<ArtifactSender> filter = new FilterRegistrationBean<>(new ArtifactSender());
        filter.setDispatcherTypes(DispatcherType.ASYNC);
        filter.setOrder(SecurityProperties.DEFAULT_FILTER_ORDER + 20);
        return filter;
    }

    @Bean
    FilterRegistrationBean<EventSender> eventSender(
            WatchedJobs watchedJobs, @Value("${aiprod.watch.heartbeat}") Duration heartbeat) {
        FilterRegistrationBean<EventSender> filter =
                new FilterRegistrationBean<>(new EventSender(watchedJobs, heartbeat));
        filter.setDispatcherTypes(DispatcherType.ASYNC);
        filter.setOrder(SecurityProperties.DEFAULT_FILTER_ORDER + 20);
        return filter;
    }

    @Bean("platform-http-engine")
    PlatformHttpEngine asyncHttpEngine(
            @Value("${server.port}") int port, @Qualifier("applicationTaskExecutor") Executor executor) {
        return new AsyncHttpEngine(port, executor);
    }

    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> problemsFromTomcatItself() {
        return tomcat -> tomcat.addContextCustomizers(context -> {
            if (context.getParent() instanceof StandardHost host) {
                host.setErrorReportValveClass(ProblemReportValve.class.getName());
            }
        });
    }

    /** Carries the log's context, above all the request's id, from the servlet's thread to Camel's. */
    @Bean
    TaskDecorator logContextDecorator() {
        return task -> {
            Map<String, String> context = MDC.getCopyOfContextMap();
            return () -> {
                if (context != null) {
                    MDC.setContextMap(context);
                }
                try {
                    task.run();
                } finally {
                    MDC.clear();
                }
            };
        };
    }

    @Override
    public void extendHandlerExceptionResolvers(List<HandlerExceptionResolver> resolvers) {
        resolvers.add(0, new ProblemResolver());
    }
}
