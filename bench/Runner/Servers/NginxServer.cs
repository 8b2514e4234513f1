namespace SaasLlm.Bench.Servers;

/// <summary>nginx as one process, with a configuration of this run.</summary>
internal sealed class NginxServer : IAsyncDisposable
{
    /// <summary>The time that the slow upstream takes, in ms.</summary>
    public const int SlowMs = 200;

    private readonly Child _process;

    private NginxServer(Child process, Uri address)
    {
        _process = process;
        Address = address;
    }

    public Uri Address { get; }

    public int ProcessId => _process.Id;

    /// <summary>
    /// The model provider: fixed answers under <c>/plain/</c>, <c>/stream/</c> and <c>/slow/</c>. The slow ones wait in
    /// <c>auth_delay</c>, the one timer that nginx has without further modules, and are then "refused" with the good answer.
    /// </summary>
    public static Task<NginxServer> StartUpstreamAsync(string folder, CancellationToken cancellationToken) => StartAsync(
        folder,
        "upstream",
        $$"""
        location /plain/ { default_type application/json; return 200 '{{Answers.Plain}}'; }
        location /stream/ { default_type text/event-stream; return 200 '{{Answers.Stream}}'; }
        location /slow/ {
            auth_delay {{SlowMs}}ms;
            auth_basic "slow";
            auth_basic_user_file /dev/null;
            error_page 401 =200 /slow-answer;
        }
        location = /slow-answer { internal; default_type application/json; return 200 '{{Answers.Plain}}'; }
        """,
        "",
        cancellationToken);

    /// <summary>The physical limit: a reverse proxy in C that keeps its connections to the upstreams.</summary>
    public static Task<NginxServer> StartProxyAsync(string folder, Uri upstream, Uri pacedUpstream, CancellationToken cancellationToken) => StartAsync(
        folder,
        "proxy",
        """
        proxy_http_version 1.1;
        proxy_set_header Connection "";
        location / { proxy_pass http://provider; }
        location /stream/ { proxy_buffering off; proxy_pass http://provider; }
        location /paced/ { proxy_buffering off; proxy_pass http://paced; }
        """,
        $$"""
        upstream provider { server 127.0.0.1:{{upstream.Port}}; keepalive 1000; keepalive_requests 1000000000; }
        upstream paced { server 127.0.0.1:{{pacedUpstream.Port}}; keepalive 1000; keepalive_requests 1000000000; }
        """,
        cancellationToken);

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static async Task<NginxServer> StartAsync(string parent, string name, string locations, string upstreams, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateDirectory(Path.Combine(parent, "nginx-" + name)).FullName;
        var port = Ports.Free();
        var configuration = Path.Combine(folder, "nginx.conf");
        await File.WriteAllTextAsync(configuration, Configuration(folder, port, locations, upstreams), cancellationToken);
        var server = new NginxServer(
            Child.Start("nginx", ["-e", Path.Combine(folder, "error.log"), "-p", folder, "-c", configuration], Path.Combine(folder, "start.log")),
            Ports.Address(port));
        try
        {
            await server._process.WaitUntilReadyAsync(new Uri(server.Address, "/ready"), cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>One process that is neither a daemon nor has workers: its id is the one that was started, whoever the user is.</summary>
    private static string Configuration(string folder, int port, string locations, string upstreams) =>
        $$"""
        daemon off;
        master_process off;
        pid {{folder}}/nginx.pid;
        error_log {{folder}}/error.log crit;
        worker_rlimit_nofile 16384;
        events { worker_connections 8192; }
        http {
            access_log off;
            client_body_temp_path {{folder}}/body;
            proxy_temp_path {{folder}}/proxy;
            fastcgi_temp_path {{folder}}/fastcgi;
            uwsgi_temp_path {{folder}}/uwsgi;
            scgi_temp_path {{folder}}/scgi;
            keepalive_timeout 600s;
            keepalive_requests 1000000000;
            client_body_buffer_size 64k;
            tcp_nodelay on;
            {{upstreams}}
            server {
                listen 127.0.0.1:{{port}} backlog=4096;
                location = /ready { return 200; }
                {{locations}}
            }
        }
        """;
}
