package main

import (
	"fmt"
	"net"
	"path/filepath"
	"time"

	"github.com/google/uuid"
	"go.temporal.io/server/common/authorization"
	"go.temporal.io/server/common/cluster"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/dynamicconfig"
	"go.temporal.io/server/common/log"
	"go.temporal.io/server/common/membership/static"
	sqliteplugin "go.temporal.io/server/common/persistence/sql/sqlplugin/sqlite"
	"go.temporal.io/server/common/primitives"
	"go.temporal.io/server/schema/sqlite"
	"go.temporal.io/server/temporal"
)

const (
	loopback  = "127.0.0.1"
	namespace = "default"
	dataStore = "file"
	active    = "active" // the only cluster
)

// startServer starts all services on a new database in dir and gives the frontend's address.
func startServer(dir string, tuned bool) (server temporal.Server, address string, err error) {
	db := &config.SQL{
		PluginName:        sqliteplugin.PluginName,
		DatabaseName:      filepath.Join(dir, "temporal.db"),
		ConnectAttributes: map[string]string{"mode": "rwc", "synchronous": "full"},
	}
	if tuned {
		db.ConnectAttributes["journal_mode"] = "wal"
	}
	if err := prepare(db); err != nil {
		return nil, "", err
	}
	services, hosts, err := services()
	if err != nil {
		return nil, "", err
	}
	address = addressOf(services, primitives.FrontendService)
	server, err = temporal.NewServer(
		temporal.WithConfig(configuration(db, services, address)),
		temporal.ForServices(temporal.DefaultServices),
		temporal.WithStaticHosts(hosts),
		// Below that it tells at length what the clients that are stopped at the end break off; what fails before, they count.
		temporal.WithLogger(log.NewZapLogger(log.BuildZapLogger(log.Config{Level: "fatal"}))),
		temporal.WithAuthorizer(authorization.NewNoopAuthorizer()),
		temporal.WithDynamicConfigClient(dynamic(tuned)),
	)
	if err != nil {
		return nil, "", fmt.Errorf("configuring the server: %w", err)
	}
	if err := server.Start(); err != nil {
		return nil, "", fmt.Errorf("starting the server: %w", err)
	}
	return server, address, nil
}

// prepare makes the tables and the namespace.
func prepare(db *config.SQL) error {
	if err := sqlite.SetupSchema(db); err != nil {
		return fmt.Errorf("making the tables: %w", err)
	}
	ns, err := sqlite.NewNamespaceConfig(active, namespace, false, nil)
	if err != nil {
		return fmt.Errorf("describing the namespace: %w", err)
	}
	if err := sqlite.CreateNamespaces(db, ns); err != nil {
		return fmt.Errorf("making the namespace: %w", err)
	}
	return nil
}

// configuration is that of the command line's development server.
func configuration(db *config.SQL, services map[string]config.Service, address string) *config.Config {
	off := config.ArchivalNamespaceDefaults{
		History:    config.HistoryArchivalNamespaceDefaults{State: "disabled"},
		Visibility: config.VisibilityArchivalNamespaceDefaults{State: "disabled"},
	}
	return &config.Config{
		Global: config.Global{Membership: config.Membership{MaxJoinDuration: 30 * time.Second, BroadcastAddress: loopback}},
		Persistence: config.Persistence{
			DefaultStore: dataStore, VisibilityStore: dataStore, NumHistoryShards: 1,
			DataStores: map[string]config.DataStore{dataStore: {SQL: db}},
		},
		ClusterMetadata: &cluster.Config{
			FailoverVersionIncrement: 10, MasterClusterName: active, CurrentClusterName: active,
			ClusterInformation: map[string]cluster.ClusterInformation{
				active: {Enabled: true, InitialFailoverVersion: 1, RPCAddress: address, ClusterID: uuid.NewString()},
			},
		},
		DCRedirectionPolicy: config.DCRedirectionPolicy{Policy: "noop"},
		Services:            services,
		Archival:            config.Archival{History: config.HistoryArchival{State: "disabled"}, Visibility: config.VisibilityArchival{State: "disabled"}},
		NamespaceDefaults:   config.NamespaceDefaults{Archival: off},
		PublicClient:        config.PublicClient{HostPort: address},
	}
}

// dynamic is the dynamic configuration of the command line's development server.
func dynamic(tuned bool) dynamicconfig.StaticClient {
	c := dynamicconfig.StaticClient{
		dynamicconfig.HistoryCacheHostLevelMaxSize.Key():                 8096,
		dynamicconfig.FrontendMaxNamespaceVisibilityRPSPerInstance.Key(): 100,
		dynamicconfig.ForceSearchAttributesCacheRefreshOnRead.Key():      true,
		dynamicconfig.ForceNexusEndpointRefreshOnRead.Key():              true,
		dynamicconfig.FrontendPersistenceMaxQPS.Key():                    10000,
		dynamicconfig.HistoryPersistenceMaxQPS.Key():                     45000,
	}
	if tuned {
		c[dynamicconfig.MatchingNumTaskqueueReadPartitions.Key()] = 1
		c[dynamicconfig.MatchingNumTaskqueueWritePartitions.Key()] = 1
	}
	return c
}

// services gives each service a free port on loopback.
func services() (map[string]config.Service, map[primitives.ServiceName]static.Hosts, error) {
	list, hosts := map[string]config.Service{}, map[primitives.ServiceName]static.Hosts{}
	for _, name := range []primitives.ServiceName{
		primitives.FrontendService, primitives.HistoryService, primitives.MatchingService, primitives.WorkerService,
	} {
		// The listener stays open until every port is chosen, so that none is chosen twice.
		l, err := net.Listen("tcp", loopback+":0")
		if err != nil {
			return nil, nil, fmt.Errorf("looking for a free port: %w", err)
		}
		defer l.Close()
		list[string(name)] = config.Service{RPC: config.RPC{GRPCPort: l.Addr().(*net.TCPAddr).Port, BindOnIP: loopback}}
		hosts[name] = static.SingleLocalHost(addressOf(list, name))
	}
	return list, hosts, nil
}

func addressOf(services map[string]config.Service, name primitives.ServiceName) string {
	return fmt.Sprintf("%s:%d", loopback, services[string(name)].RPC.GRPCPort)
}
